"""Permissions on orders; a refused action changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest

from solebook.core.orders.history import fold
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.complaints import Bearer, ComplaintKind
from solebook.ports.language.errors import (
    Forbidden,
    IllegalMove,
    InvalidText,
    NotFound,
    PartyToTheOrder,
    Refusal,
)
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import CancelReason, DeliveryProof, Order, OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Actor, Role

from ...exchange import PARCEL, Exchange

Act = Callable[[Exchange, Actor, OrderId], Awaitable[Order]]


async def _view(exchange: Exchange, actor: Actor, order_id: OrderId) -> Order:
    seen = await exchange.app.orders.view_order(actor, order_id)
    assert seen.order.id == order_id
    return await exchange.order(order_id)


ACTS: dict[str, tuple[OrderStatus, Act]] = {
    "view": (OrderStatus.PENDING, _view),
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
    "receive a pair of an order that is over": (
        OrderStatus.CANCELLED,
        lambda e, a, o: e.app.orders.receive_pair(a, o),
    ),
    "complain": (
        OrderStatus.DELIVERED,
        lambda e, a, o: e.app.orders.complain(
            a, o, kind=ComplaintKind.NOT_AS_DESCRIBED, reason="a size 9"
        ),
    ),
    "freeze": (
        OrderStatus.CONFIRMED,
        lambda e, a, o: e.app.orders.freeze_payout(a, o, reason="to look at it"),
    ),
    "refund": (
        OrderStatus.DELIVERED,
        lambda e, a, o: e.app.orders.refund_order(
            a, o, reason="as agreed", borne_by=Bearer.EXCHANGE
        ),
    ),
    "note a receipt": (
        OrderStatus.SELLER_SHIPPING,
        lambda e, a, o: e.app.orders.note_carrier_receipt(a, o, reason="they called us"),
    ),
}
STAFF_ACTS = ("freeze", "refund", "note a receipt")

WHO: dict[str, Callable[[Exchange], Actor]] = {
    "buyer": lambda e: e.buyer,
    "seller": lambda e: e.seller,
    "stranger": lambda e: Actor(e.people[-1].user_id, frozenset({Role.BUYER, Role.SELLER})),
    "authenticator": lambda e: e.authenticator,
    "admin": lambda e: e.admin,
    "buyer as authenticator": lambda e: with_role(e.buyer, Role.AUTHENTICATOR),
    "seller as authenticator": lambda e: with_role(e.seller, Role.AUTHENTICATOR),
    "seller as admin": lambda e: with_role(e.seller, Role.ADMIN),
    "buyer as admin": lambda e: with_role(e.buyer, Role.ADMIN),
    "whoever runs the exchange": lambda e: OPERATOR,
}

REFUSED: dict[str, dict[str, type[Refusal]]] = {
    "view": {},
    "ship": {"buyer": Forbidden, "authenticator": Forbidden, "admin": Forbidden},
    "receive": {"buyer": Forbidden, "seller": Forbidden, "admin": Forbidden},
    "deliver": {"seller": Forbidden, "authenticator": Forbidden},
    "cancel": {"buyer": Forbidden, "authenticator": Forbidden},
}
REFUSED["ship"]["buyer as authenticator"] = REFUSED["ship"]["buyer as admin"] = Forbidden
REFUSED["ship"]["whoever runs the exchange"] = Forbidden
REFUSED["extend"] = REFUSED["ship"]
REFUSED["receive"]["seller as admin"] = REFUSED["receive"]["buyer as admin"] = Forbidden
REFUSED["receive"]["whoever runs the exchange"] = Forbidden
REFUSED["receive"]["buyer as authenticator"] = PartyToTheOrder
REFUSED["receive"]["seller as authenticator"] = PartyToTheOrder
REFUSED["dispatch"] = REFUSED["return"] = REFUSED["receive"]
REFUSED["receive a pair of an order that is over"] = REFUSED["receive"]
# A party never acts as staff, only as that party.
REFUSED["deliver"]["seller as authenticator"] = Forbidden
REFUSED["deliver"]["seller as admin"] = PartyToTheOrder
REFUSED["cancel"]["buyer as authenticator"] = Forbidden
REFUSED["cancel"]["buyer as admin"] = PartyToTheOrder
REFUSED["complain"] = dict.fromkeys(
    set(WHO) - {"buyer", "buyer as authenticator", "buyer as admin"}, Forbidden
)
for _act in STAFF_ACTS:
    REFUSED[_act] = dict.fromkeys(set(WHO) - {"admin", "whoever runs the exchange"}, Forbidden)
    REFUSED[_act] |= {"seller as admin": PartyToTheOrder, "buyer as admin": PartyToTheOrder}
# When the carrier has the pair, it is too late for the seller in any role.
REFUSED["cancel a shipped one"] = REFUSED["cancel"] | dict.fromkeys(
    ("seller", "seller as authenticator", "seller as admin"), IllegalMove
)


def with_role(actor: Actor, role: Role) -> Actor:
    return replace(actor, roles=actor.roles | {role})


@pytest.mark.parametrize("act", ACTS)
async def test_only_permitted_actors_succeed(exchange: Exchange, act: str) -> None:
    await exchange.person()
    status, do = ACTS[act]
    for who, actor_of in WHO.items():
        order = await exchange.trade(status)
        actor = actor_of(exchange)
        hidden = who == "stranger" and act not in STAFF_ACTS
        refusal = NotFound if hidden else REFUSED[act].get(who)
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


async def test_illegal_move_by_a_permitted_actor_lists_the_legal_ones(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING)
    with pytest.raises(IllegalMove) as refused:
        await exchange.app.orders.ship_pair(exchange.seller, order.id, **PARCEL)
    assert refused.value.legal == ("received", "cancelled")
    assert str(refused.value) == (
        "an order that is seller_shipping cannot be shipped by its seller; "
        "legal moves: received, cancelled"
    )


async def test_an_admin_who_is_the_seller_cancels_as_the_seller_with_the_penalty(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    seller = with_role(exchange.seller, Role.ADMIN)
    cancelled = await exchange.app.orders.cancel_order(seller, order.id, reason="sold elsewhere")
    assert (cancelled.cancel_reason, cancelled.owes_penalty) == (
        CancelReason.SELLER_CANCELLED,
        True,
    )


async def test_an_admin_who_is_the_buyer_confirms_as_the_buyer(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    buyer = with_role(exchange.buyer, Role.ADMIN)
    delivered = await exchange.app.orders.confirm_delivery(buyer, order.id)
    assert delivered.delivery_proof is DeliveryProof.BUYER


@pytest.mark.parametrize("party", ["buyer", "seller"])
async def test_party_cannot_decide_a_complaint_or_release_or_repeat_a_payout(
    exchange: Exchange, party: str
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    orders, payments = exchange.app.orders, exchange.app.payments
    await orders.complain(
        exchange.buyer, order.id, kind=ComplaintKind.NOT_AS_DESCRIBED, reason="a size 9"
    )
    frozen = await orders.freeze_payout(exchange.admin, order.id, reason="to look at it")
    actor = with_role(WHO[party](exchange), Role.ADMIN)
    for attempt in (
        orders.decide_complaint(actor, order.id, in_favour_of=Role.SELLER, reason="so there"),
        orders.release_payout(actor, order.id, reason="so there"),
        payments.pay_out_again(actor, order.id, reason="so there"),
    ):
        with pytest.raises(PartyToTheOrder):
            await attempt
    assert await exchange.order(order.id) == frozen


async def test_audit_log_records_actions_of_admins_but_not_of_parties(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await exchange.app.orders.confirm_delivery(exchange.buyer, order.id)
    other = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await exchange.app.orders.confirm_delivery(exchange.admin, other.id)
    log = exchange.store.audit_log
    assert (await log.page(PageRequest(), target_id=order.id)).items == ()
    (entry,) = (await log.page(PageRequest(), target_id=other.id)).items
    assert (entry.act.action, entry.act.actor_id) == (
        AuditAction.DELIVERY_CONFIRMED,
        exchange.admin.user_id,
    )
