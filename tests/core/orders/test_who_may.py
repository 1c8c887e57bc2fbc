"""Who may do what to an order, and that whoever may not changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest

from solebook.core.orders.history import fold
from solebook.ports.language.errors import (
    Forbidden,
    IllegalMove,
    InvalidText,
    NotFound,
    PartyToTheOrder,
    Refusal,
)
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import Order, OrderStatus
from solebook.ports.language.users import Actor, Role

from ...exchange import PARCEL, Exchange

Act = Callable[[Exchange, Actor, OrderId], Awaitable[Order]]

ACTS: dict[str, tuple[OrderStatus, Act]] = {
    "view": (OrderStatus.PENDING, lambda e, a, o: e.app.orders.view_order(a, o)),
    "ship": (OrderStatus.CONFIRMED, lambda e, a, o: e.app.orders.ship_pair(a, o, **PARCEL)),
    "extend": (OrderStatus.CONFIRMED, lambda e, a, o: e.app.orders.extend_shipment(a, o)),
    "receive": (OrderStatus.SELLER_SHIPPING, lambda e, a, o: e.app.orders.receive_pair(a, o)),
    "dispatch": (
        OrderStatus.AUTH_PASSED,
        lambda e, a, o: e.app.orders.dispatch_pair(a, o, **PARCEL),
    ),
    "return": (
        OrderStatus.AUTH_FAILED,
        lambda e, a, o: e.app.orders.dispatch_pair(a, o, **PARCEL),
    ),
    "deliver": (
        OrderStatus.SHIPPING_TO_BUYER,
        lambda e, a, o: e.app.orders.confirm_delivery(a, o),
    ),
    "cancel": (
        OrderStatus.CONFIRMED,
        lambda e, a, o: e.app.orders.cancel_order(a, o, reason="no box"),
    ),
    "cancel a shipped one": (
        OrderStatus.SELLER_SHIPPING,
        lambda e, a, o: e.app.orders.cancel_order(a, o, reason="no box"),
    ),
}

WHO: dict[str, Callable[[Exchange], Actor]] = {
    "buyer": lambda e: e.buyer,
    "seller": lambda e: e.seller,
    "stranger": lambda e: Actor(e.people[-1].user_id, frozenset({Role.BUYER, Role.SELLER})),
    "authenticator": lambda e: e.authenticator,
    "admin": lambda e: e.admin,
    "buyer as authenticator": lambda e: with_role(e.buyer, Role.AUTHENTICATOR),
    "seller as authenticator": lambda e: with_role(e.seller, Role.AUTHENTICATOR),
    "seller as admin": lambda e: with_role(e.seller, Role.ADMIN),
}

REFUSED: dict[str, dict[str, type[Refusal]]] = {
    "view": {},
    "ship": {"buyer": Forbidden, "authenticator": Forbidden, "admin": Forbidden},
    "receive": {"buyer": Forbidden, "seller": Forbidden, "admin": Forbidden},
    "deliver": {"seller": Forbidden, "authenticator": Forbidden},
    "cancel": {"buyer": Forbidden, "authenticator": Forbidden},
}
REFUSED["ship"]["buyer as authenticator"] = Forbidden
REFUSED["extend"] = REFUSED["ship"]
REFUSED["receive"]["seller as admin"] = Forbidden
REFUSED["receive"]["buyer as authenticator"] = PartyToTheOrder
REFUSED["receive"]["seller as authenticator"] = PartyToTheOrder
REFUSED["dispatch"] = REFUSED["return"] = REFUSED["receive"]
REFUSED["deliver"]["seller as authenticator"] = Forbidden
REFUSED["cancel"]["buyer as authenticator"] = Forbidden
# Once the carrier has the pair it is too late for the seller, in whatever role.
REFUSED["cancel a shipped one"] = REFUSED["cancel"] | dict.fromkeys(
    ("seller", "seller as authenticator", "seller as admin"), IllegalMove
)


def with_role(actor: Actor, role: Role) -> Actor:
    return replace(actor, roles=actor.roles | {role})


@pytest.mark.parametrize("act", ACTS)
async def test_just_those_who_may_do_it(exchange: Exchange, act: str) -> None:
    await exchange.person()
    status, do = ACTS[act]
    for who, actor_of in WHO.items():
        order = await exchange.trade(status)
        actor = actor_of(exchange)
        refusal = NotFound if who == "stranger" else REFUSED[act].get(who)
        if refusal is None:
            after = await do(exchange, actor, order.id)
            assert (after == order) == (act == "view"), who
        else:
            with pytest.raises(refusal):
                await do(exchange, actor, order.id)
            after = order
        assert await exchange.order(order.id) == after, who
        assert fold(await exchange.store.orders.history(order.id)) == after


@pytest.mark.parametrize("act", ACTS)
async def test_an_order_that_is_not_there_is_not_found(exchange: Exchange, act: str) -> None:
    nowhere = OrderId(UUID(int=1))
    with pytest.raises(NotFound) as refused:
        await ACTS[act][1](exchange, exchange.admin, nowhere)
    assert (refused.value.what, refused.value.id) == ("order", nowhere)


@pytest.mark.parametrize(
    ("carrier", "tracking_number", "field"),
    [(" ", "1Z", "carrier"), ("UPS", "", "tracking_number"), ("x" * 61, "1Z", "carrier")],
)
async def test_a_parcel_must_be_described(
    exchange: Exchange, carrier: str, tracking_number: str, field: str
) -> None:
    order = await exchange.trade()
    with pytest.raises(InvalidText) as refused:
        await exchange.app.orders.ship_pair(
            exchange.seller, order.id, carrier=carrier, tracking_number=tracking_number
        )
    assert refused.value.field == field
    assert await exchange.order(order.id) == order


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
async def test_a_cancellation_needs_a_reason_of_sensible_length(
    exchange: Exchange, reason: str
) -> None:
    order = await exchange.trade()
    with pytest.raises(InvalidText):
        await exchange.app.orders.cancel_order(exchange.seller, order.id, reason=reason)
    assert await exchange.order(order.id) == order


async def test_an_illegal_move_of_somebody_who_may_names_the_legal_ones(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING)
    with pytest.raises(IllegalMove) as refused:
        await exchange.app.orders.ship_pair(exchange.seller, order.id, **PARCEL)
    assert refused.value.legal == ("received", "cancelled")
    assert str(refused.value) == (
        "an order that is seller_shipping cannot be shipped; legal moves: received, cancelled"
    )
