"""Every arriving pair is received, in any state of its order, and goes to its owner."""

from datetime import timedelta

import pytest

from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.complaints import Bearer, ComplaintKind, ComplaintState
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import (
    CancelReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.trade_notices import OrderShippedNotice
from solebook.ports.language.users import Actor, Role

from ...exchange import PARCEL, Exchange
from ...invariants import check_invariants

DAY = timedelta(days=1)


async def complain(exchange: Exchange, order_id: OrderId, kind: ComplaintKind) -> None:
    await exchange.app.orders.complain(exchange.buyer, order_id, kind=kind, reason="odd")
    await exchange.workers.settle()


async def decide(
    exchange: Exchange, order_id: OrderId, in_favour_of: Role, borne_by: Bearer | None = None
) -> Order:
    await exchange.app.orders.decide_complaint(
        exchange.admin, order_id, in_favour_of=in_favour_of, borne_by=borne_by, reason="so it is"
    )
    await exchange.workers.settle()
    return await exchange.order(order_id)


async def told(exchange: Exchange, who: Actor) -> list[str]:
    """Return the kinds of a user's notifications, newest first."""
    listed = await exchange.store.notifications.of_user(who.user_id, PageRequest(limit=100))
    return [one.notice.KIND.value for one in listed.items]


async def came_back(exchange: Exchange) -> Order:
    """Return an order whose delivered pair came back although the sale stands."""
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.receive(order.id)
    return await exchange.order(order.id)


async def open_alarms(exchange: Exchange) -> list[AlarmKind]:
    page = await exchange.store.alarms.page(PageRequest(), open_only=True)
    return [alarm.kind for alarm in page.items]


async def test_pair_returned_after_the_decision_goes_back_to_its_buyer(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, order.id, ComplaintKind.NOT_AS_DESCRIBED)
    await decide(exchange, order.id, Role.BUYER, Bearer.SELLER)
    await exchange.later(14 * DAY)
    await decide(exchange, order.id, Role.SELLER)
    await exchange.receive(order.id)
    order = await exchange.order(order.id)
    assert (order.payment_status, order.return_status) == (PaymentStatus.CAPTURED, ReturnStatus.DUE)
    assert await open_alarms(exchange) == [AlarmKind.PAIR_CAME_BACK]
    before = await told(exchange, exchange.seller)
    await exchange.dispatch(order.id)
    order = await exchange.order(order.id)
    assert (order.status, order.return_status) == (OrderStatus.DELIVERED, ReturnStatus.SENT)
    assert (await told(exchange, exchange.buyer))[0] == "order_shipped"
    assert await told(exchange, exchange.seller) == before
    listed = await exchange.store.notifications.of_user(exchange.buyer.user_id, PageRequest())
    notice = listed.items[0].notice
    assert isinstance(notice, OrderShippedNotice)
    assert not notice.confirm
    await check_invariants(exchange)


async def test_pair_due_back_to_either_party_becomes_overdue(
    exchange: Exchange,
) -> None:
    order = await came_back(exchange)
    await exchange.later(3 * DAY)
    assert AlarmKind.RETURN_OVERDUE in await open_alarms(exchange)
    await exchange.dispatch(order.id)
    assert AlarmKind.RETURN_OVERDUE not in await open_alarms(exchange)


@pytest.mark.parametrize(
    ("bearer", "status"),
    [
        (Bearer.SELLER, ReturnStatus.DUE),
        (Bearer.BUYER, ReturnStatus.DUE),
        (Bearer.EXCHANGE, ReturnStatus.KEPT),
    ],
)
async def test_refund_decides_who_gets_a_pair_in_the_warehouse(
    exchange: Exchange, bearer: Bearer, status: ReturnStatus
) -> None:
    await exchange.trade(OrderStatus.AUTH_PASSED, price=150_000)  # the provider holds enough
    order = await came_back(exchange)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="as agreed", borne_by=bearer
    )
    await exchange.later(3 * DAY)
    order = await exchange.order(order.id)
    assert (order.payment_status, order.return_status) == (PaymentStatus.REFUNDED, status)
    if status is ReturnStatus.DUE:
        await exchange.dispatch(order.id)
        assert (await told(exchange, exchange.seller))[0] == "sale_returned"
    await check_invariants(exchange)


async def test_pair_under_complaint_stays_until_the_decision(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, order.id, ComplaintKind.NOT_AS_DESCRIBED)
    await exchange.receive(order.id)
    with pytest.raises(IllegalMove):
        await exchange.dispatch(order.id)
    order = await decide(exchange, order.id, Role.BUYER, Bearer.SELLER)
    assert order.complaint is not None
    assert order.complaint.state is ComplaintState.UPHELD  # the pair is already here
    assert (order.payment_status, order.return_status) == (PaymentStatus.REFUNDED, ReturnStatus.DUE)
    await exchange.dispatch(order.id)
    assert (await told(exchange, exchange.seller))[0] == "sale_returned"
    await check_invariants(exchange)


async def test_undeliverable_pair_is_dispatched_again(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await exchange.later(9 * DAY)
    await exchange.receive(order.id)
    order = await exchange.order(order.id)
    assert (order.status, order.outbound) == (OrderStatus.AUTH_PASSED, None)
    await exchange.later(30 * DAY)  # no deadline decides about a pair in the warehouse
    assert (await exchange.order(order.id)).status is OrderStatus.AUTH_PASSED
    assert set(await open_alarms(exchange)) == {
        AlarmKind.PAIR_CAME_BACK,
        AlarmKind.PAIR_NOT_DISPATCHED,
    }
    await exchange.dispatch(order.id)
    assert (await told(exchange, exchange.buyer)).count("order_shipped") == 2
    await exchange.later(13 * DAY)
    assert (await exchange.order(order.id)).status is OrderStatus.SHIPPING_TO_BUYER
    await exchange.later(DAY)
    assert (await exchange.order(order.id)).status is OrderStatus.DELIVERED


@pytest.mark.parametrize("in_favour_of", [Role.BUYER, Role.SELLER])
async def test_complaint_about_a_pair_that_came_back_can_be_decided(
    exchange: Exchange, in_favour_of: Role
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await complain(exchange, order.id, ComplaintKind.NOT_RECEIVED)
    await exchange.receive(order.id)
    bearer = Bearer.SELLER if in_favour_of is Role.BUYER else None
    order = await decide(exchange, order.id, in_favour_of, bearer)
    if in_favour_of is Role.BUYER:
        assert (order.cancel_reason, order.return_status) == (
            CancelReason.NOT_RECEIVED,
            ReturnStatus.DUE,
        )
    else:
        assert (order.status, order.freezes) == (OrderStatus.AUTH_PASSED, frozenset())
    await exchange.dispatch(order.id)
    await check_invariants(exchange)


async def test_pair_that_did_not_reach_its_seller_is_sent_again(exchange: Exchange) -> None:
    failed = await exchange.trade(OrderStatus.AUTH_FAILED)
    ended = await exchange.trade(OrderStatus.AUTH_PASSED)
    await exchange.app.orders.cancel_order(exchange.admin, ended.id, reason="as agreed")
    for order_id in (failed.id, ended.id):
        await exchange.dispatch(order_id)
        await exchange.receive(order_id)
        assert (await exchange.order(order_id)).return_status is ReturnStatus.DUE
        await exchange.dispatch(order_id)
        assert (await exchange.order(order_id)).return_status is ReturnStatus.SENT
    assert (await told(exchange, exchange.seller)).count("sale_returned") == 4


@pytest.mark.parametrize("noted", [True, False])
async def test_late_pair_raises_an_alarm_if_its_seller_owes_a_penalty(
    exchange: Exchange, noted: bool
) -> None:
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING)
    await exchange.later(14 * DAY)
    if noted:
        await exchange.app.orders.note_carrier_receipt(
            exchange.admin, order.id, reason="the carrier says so"
        )
    await exchange.receive(order.id)
    assert await open_alarms(exchange) == ([] if noted else [AlarmKind.PAIR_ARRIVED_LATE])
    assert (await exchange.order(order.id)).return_status is ReturnStatus.DUE


async def test_pair_in_the_warehouse_cannot_arrive_again(exchange: Exchange) -> None:
    order = await came_back(exchange)
    with pytest.raises(IllegalMove):
        await exchange.receive(order.id)


async def test_buyer_who_withdrew_a_complaint_can_report_a_wrong_pair(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await complain(exchange, order.id, ComplaintKind.NOT_RECEIVED)
    await exchange.app.orders.confirm_delivery(exchange.buyer, order.id)
    await complain(exchange, order.id, ComplaintKind.NOT_AS_DESCRIBED)
    assert (await told(exchange, exchange.seller)).count("sale_complained") == 2
    assert (await told(exchange, exchange.buyer)).count("order_complained") == 2
    order = await decide(exchange, order.id, Role.BUYER, Bearer.SELLER)
    await exchange.app.orders.receive_pair(exchange.authenticator, order.id)
    await exchange.workers.settle()
    order = await exchange.order(order.id)
    assert (order.payment_status, order.payout_status) == (
        PaymentStatus.REFUNDED,
        PayoutStatus.CANCELLED,
    )
    with pytest.raises(IllegalMove):
        await complain(exchange, order.id, ComplaintKind.NOT_AS_DESCRIBED)
    await exchange.app.orders.dispatch_pair(exchange.authenticator, order.id, **PARCEL)
    await exchange.quiet()
    await check_invariants(exchange)
