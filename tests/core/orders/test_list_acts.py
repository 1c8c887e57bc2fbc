"""What somebody can do with an order is what the use cases accept."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from solebook.core.orders.list_acts import OrderAct
from solebook.ports.language.complaints import ComplaintKind
from solebook.ports.language.errors import Refusal
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.users import Actor

from ...exchange import PARCEL, Exchange

TRIES: dict[OrderAct, Callable[[Exchange, Actor, OrderId], Awaitable[object]]] = {
    OrderAct.SHIP: lambda e, who, id_: e.app.orders.ship_pair(who, id_, **PARCEL),
    OrderAct.EXTEND_SHIPMENT: lambda e, who, id_: e.app.orders.extend_shipment(who, id_),
    OrderAct.CANCEL: lambda e, who, id_: e.app.orders.cancel_order(who, id_, reason="torn"),
    OrderAct.CONFIRM_DELIVERY: lambda e, who, id_: e.app.orders.confirm_delivery(who, id_),
    OrderAct.COMPLAIN: lambda e, who, id_: _complain(e, who, id_),
    OrderAct.RECEIVE: lambda e, who, id_: e.app.orders.receive_pair(who, id_),
    OrderAct.DISPATCH: lambda e, who, id_: e.app.orders.dispatch_pair(who, id_, **PARCEL),
}


async def _complain(exchange: Exchange, who: Actor, order_id: OrderId) -> object:
    possible = await exchange.app.orders.list_acts(who, order_id)
    kind = possible.complaints[0] if possible.complaints else ComplaintKind.NOT_RECEIVED
    return await exchange.app.orders.complain(who, order_id, kind=kind, reason="it is not there")


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("who", ["buyer", "seller", "authenticator"])
async def test_an_act_is_listed_if_and_only_if_it_is_accepted(
    exchange: Exchange, status: OrderStatus, who: str
) -> None:
    actor = {
        "buyer": exchange.buyer,
        "seller": exchange.seller,
        "authenticator": exchange.authenticator,
    }[who]
    accepted = set()
    listed: frozenset[OrderAct] = frozenset()
    for act, attempt in TRIES.items():
        order = await exchange.trade(status)
        listed = (await exchange.app.orders.list_acts(actor, order.id)).acts
        try:
            await attempt(exchange, actor, order.id)
        except Refusal:
            continue
        accepted.add(act)

    assert listed == accepted


async def test_no_complaint_is_listed_after_the_time_for_it(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    assert OrderAct.COMPLAIN in (await exchange.app.orders.list_acts(exchange.buyer, order.id)).acts

    await exchange.later(exchange.app.rules.complaint_window + timedelta(seconds=1))

    possible = await exchange.app.orders.list_acts(exchange.buyer, order.id)
    assert possible.complaints == ()
    assert OrderAct.COMPLAIN not in possible.acts
