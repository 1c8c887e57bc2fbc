"""Buyers complain once and in time, an admin decides, and the payout is frozen meanwhile."""

from datetime import timedelta

import pytest

from solebook.composition.engine import engine_of
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.complaint_notices import OrderRefundedNotice, SaleRefundedNotice
from solebook.ports.language.complaints import Bearer, ComplaintKind, ComplaintState
from solebook.ports.language.errors import (
    ComplaintTooLate,
    IllegalMove,
    InvalidDecision,
    InvalidText,
)
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import (
    CancelReason,
    DeliveryProof,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.trade_notices import OrderCancelledNotice, SaleCancelledNotice
from solebook.ports.language.users import Role

from ...exchange import PARCEL, Exchange, build_exchange
from ...invariants import check_invariants

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
NOT_RECEIVED, NOT_AS_DESCRIBED = ComplaintKind.NOT_RECEIVED, ComplaintKind.NOT_AS_DESCRIBED


REFUNDS = (
    OrderCancelledNotice,
    OrderRefundedNotice,
    SaleCancelledNotice,
    SaleRefundedNotice,
)


async def complain(
    exchange: Exchange, order_id: OrderId, kind: ComplaintKind = NOT_AS_DESCRIBED
) -> Order:
    order = await exchange.app.orders.complain(
        exchange.buyer, order_id, kind=kind, reason=" the left shoe is a 9 "
    )
    await exchange.workers.settle()
    return order


async def decide(
    exchange: Exchange,
    order_id: OrderId,
    in_favour_of: Role,
    borne_by: Bearer | None = None,
    *,
    waive_return: bool = False,
) -> Order:
    await exchange.app.orders.decide_complaint(
        exchange.admin,
        order_id,
        in_favour_of=in_favour_of,
        borne_by=borne_by,
        waive_return=waive_return,
        reason="the photos show it",
    )
    await exchange.workers.settle()
    return await exchange.order(order_id)


async def open_alarms(exchange: Exchange) -> list[AlarmKind]:
    page = await exchange.store.alarms.page(PageRequest(limit=100), open_only=True)
    return [alarm.kind for alarm in page.items]


async def told(exchange: Exchange, who: str) -> list[str]:
    person = {"buyer": exchange.buyer, "seller": exchange.seller}[who]
    listed = await exchange.store.notifications.of_user(person.user_id, PageRequest(limit=100))
    return [one.notice.KIND.value for one in listed.items[::-1]]


# ---- kinds and times of complaints -----------------------------------------------------------


async def test_complaint_freezes_the_payout_and_notifies_parties_and_admins(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    order = await complain(exchange, order.id)
    assert order.complaint is not None
    assert (order.complaint.kind, order.complaint.reason, order.complaint.state) == (
        NOT_AS_DESCRIBED,
        "the left shoe is a 9",
        ComplaintState.OPEN,
    )
    assert await open_alarms(exchange) == [AlarmKind.COMPLAINT_OPEN]
    assert (await told(exchange, "buyer"))[-1] == "order_complained"
    assert (await told(exchange, "seller"))[-1] == "sale_complained"
    await exchange.later(30 * DAY)
    assert await exchange.order(order.id) == order
    assert await exchange.store.payouts.find(order.id) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (OrderStatus.CONFIRMED, NOT_RECEIVED),
        (OrderStatus.AUTH_PASSED, NOT_RECEIVED),
        (OrderStatus.SHIPPING_TO_BUYER, NOT_AS_DESCRIBED),
        (OrderStatus.CANCELLED, NOT_RECEIVED),
        (OrderStatus.AUTH_FAILED, NOT_AS_DESCRIBED),
    ],
)
async def test_complaint_in_a_wrong_state_is_refused(
    exchange: Exchange, status: OrderStatus, kind: ComplaintKind
) -> None:
    order = await exchange.trade(status)
    with pytest.raises(IllegalMove):
        await complain(exchange, order.id, kind)
    assert await exchange.order(order.id) == order


async def test_buyer_who_confirmed_delivery_cannot_complain_of_a_missing_pair(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await exchange.app.orders.confirm_delivery(exchange.buyer, order.id)
    with pytest.raises(IllegalMove):
        await complain(exchange, order.id, NOT_RECEIVED)
    await complain(exchange, order.id, NOT_AS_DESCRIBED)


@pytest.mark.parametrize("kind", ComplaintKind)
async def test_buyer_can_complain_until_three_days_after_an_assumed_delivery(
    exchange: Exchange, kind: ComplaintKind
) -> None:
    late = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    in_time = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await exchange.later(14 * DAY)
    assert (await exchange.order(late.id)).delivery_proof is DeliveryProof.ASSUMED
    await exchange.clock.advance(3 * DAY - INSTANT)
    await complain(exchange, in_time.id, kind)
    await exchange.clock.advance(INSTANT)
    with pytest.raises(ComplaintTooLate) as refused:
        await complain(exchange, late.id, kind)
    assert refused.value.until == exchange.clock.now()


async def test_buyer_can_complain_in_every_payout_state() -> None:
    exchange = build_exchange(rules=MarketRules(payout_hold=DAY))
    await exchange.open()
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(2 * DAY)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    order = await complain(exchange, order.id)
    order = await decide(exchange, order.id, Role.BUYER, Bearer.SELLER, waive_return=True)
    assert order.payout_status is PayoutStatus.RECLAIMED
    await check_invariants(exchange)
    await engine_of(exchange.app).stop()


async def test_buyer_can_complain_only_once(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, order.id)
    await decide(exchange, order.id, Role.SELLER)
    with pytest.raises(IllegalMove):
        await complain(exchange, order.id)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1_001])
async def test_complaint_needs_a_valid_reason(exchange: Exchange, reason: str) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    with pytest.raises(InvalidText):
        await exchange.app.orders.complain(
            exchange.buyer, order.id, kind=NOT_AS_DESCRIBED, reason=reason
        )


# ---- decisions -------------------------------------------------------------------------------


async def test_dismissed_complaint_releases_the_payout(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, order.id)
    await exchange.later(9 * DAY)
    order = await decide(exchange, order.id, Role.SELLER)
    assert order.payout_status is PayoutStatus.PAID
    assert await open_alarms(exchange) == []
    assert (await told(exchange, "buyer"))[-1] == "order_complaint_decided"
    assert "sale_complaint_decided" in await told(exchange, "seller")
    await check_invariants(exchange)


@pytest.mark.parametrize("bearer", Bearer)
async def test_pair_not_as_described_is_refunded_when_it_is_back(
    exchange: Exchange, bearer: Bearer
) -> None:
    await exchange.trade(OrderStatus.AUTH_PASSED)  # so that the provider holds enough
    order = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, order.id)
    order = await decide(exchange, order.id, Role.BUYER, bearer)
    assert order.complaint is not None
    assert (order.complaint.state, order.payment_status) == (
        ComplaintState.RETURN_AWAITED,
        PaymentStatus.CAPTURED,
    )
    await exchange.later(5 * DAY)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.HELD
    await exchange.receive(order.id)
    order = await exchange.order(order.id)
    assert order.payment_status is PaymentStatus.REFUNDED
    kept = bearer is Bearer.EXCHANGE
    assert order.return_status is (ReturnStatus.KEPT if kept else ReturnStatus.DUE)
    assert order.payout_status is (PayoutStatus.PAID if kept else PayoutStatus.CANCELLED)
    if not kept:
        sent = await exchange.app.orders.dispatch_pair(exchange.authenticator, order.id, **PARCEL)
        assert (sent.status, sent.return_status) == (OrderStatus.DELIVERED, ReturnStatus.SENT)
        await exchange.workers.settle()
        assert (await told(exchange, "seller"))[-1] == "sale_returned"
    assert "order_refunded" in await told(exchange, "buyer")
    (tape,) = await exchange.store.tape.summaries()
    assert tape.sales == 1  # the other order's
    await check_invariants(exchange)


async def test_return_can_be_waived_at_once_or_later(exchange: Exchange) -> None:
    at_once = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, at_once.id)
    refunded = await decide(exchange, at_once.id, Role.BUYER, Bearer.SELLER, waive_return=True)
    later = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, later.id)
    await decide(exchange, later.id, Role.BUYER, Bearer.SELLER)
    with pytest.raises(IllegalMove):  # the same decision again
        await decide(exchange, later.id, Role.BUYER, Bearer.SELLER)
    waived = await decide(exchange, later.id, Role.BUYER, Bearer.EXCHANGE, waive_return=True)
    for order, bearer in ((refunded, Bearer.SELLER), (waived, Bearer.EXCHANGE)):
        assert (order.payment_status, order.return_status, order.borne_by) == (
            PaymentStatus.REFUNDED,
            ReturnStatus.NONE,
            bearer,
        )


async def test_complaint_can_be_dismissed_if_the_pair_is_not_sent_back(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, order.id)
    await decide(exchange, order.id, Role.BUYER, Bearer.SELLER)
    await exchange.later(14 * DAY)
    assert await open_alarms(exchange) == [AlarmKind.COMPLAINT_RETURN_OVERDUE]
    order = await decide(exchange, order.id, Role.SELLER)
    assert order.payout_status is PayoutStatus.PAID
    assert order.borne_by is None
    assert await open_alarms(exchange) == []


@pytest.mark.parametrize("status", [OrderStatus.SHIPPING_TO_BUYER, OrderStatus.DELIVERED])
async def test_refund_that_decides_a_complaint_notifies_both_parties(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    kind = NOT_AS_DESCRIBED if status is OrderStatus.DELIVERED else NOT_RECEIVED
    await complain(exchange, order.id, kind)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="a mix-up of ours", borne_by=Bearer.SELLER
    )
    await exchange.workers.settle()
    for who in (exchange.buyer, exchange.seller):
        listed = await exchange.store.notifications.of_user(who.user_id, PageRequest())
        notice = listed.items[0].notice
        assert isinstance(notice, REFUNDS)
        assert (notice.note, notice.complaint) == ("a mix-up of ours", kind)


async def test_refund_from_a_decision_does_not_notify_twice(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, order.id)
    await decide(exchange, order.id, Role.BUYER, Bearer.SELLER, waive_return=True)
    listed = await exchange.store.notifications.of_user(exchange.buyer.user_id, PageRequest())
    notice = listed.items[0].notice
    assert isinstance(notice, OrderRefundedNotice)
    assert notice.complaint is None


async def test_upheld_complaint_of_a_lost_pair_cancels_the_order(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.AUTH_PASSED)  # so that the provider holds enough
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await complain(exchange, order.id, NOT_RECEIVED)
    order = await decide(exchange, order.id, Role.BUYER, Bearer.EXCHANGE)
    assert (order.status, order.cancel_reason, order.payment_status) == (
        OrderStatus.CANCELLED,
        CancelReason.NOT_RECEIVED,
        PaymentStatus.REFUNDED,
    )
    assert order.payout_status is PayoutStatus.PAID  # the exchange's carrier lost it
    await exchange.receive(order.id)  # and brings it back later
    assert (await exchange.order(order.id)).return_status is ReturnStatus.KEPT
    await check_invariants(exchange)


async def test_order_with_an_open_complaint_does_not_count_as_delivered(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await complain(exchange, order.id, NOT_RECEIVED)
    for _ in range(30):
        await exchange.later(DAY)
    assert (await exchange.order(order.id)).status is OrderStatus.SHIPPING_TO_BUYER
    with pytest.raises(IllegalMove):
        await exchange.app.orders.confirm_delivery(exchange.admin, order.id)
    await decide(exchange, order.id, Role.SELLER)
    await exchange.later(DAY)
    order = await exchange.order(order.id)
    assert (order.status, order.delivery_proof) == (OrderStatus.DELIVERED, DeliveryProof.ASSUMED)


async def test_buyer_withdraws_the_complaint_by_confirming_delivery(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await complain(exchange, order.id, NOT_RECEIVED)
    order = await exchange.app.orders.confirm_delivery(exchange.buyer, order.id)
    assert order.complaint is not None
    assert (order.complaint.state, order.freezes) == (ComplaintState.WITHDRAWN, frozenset())
    await exchange.later(3 * DAY)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert await open_alarms(exchange) == []


@pytest.mark.parametrize(
    ("in_favour_of", "borne_by", "waive_return"),
    [
        (Role.BUYER, None, False),
        (Role.SELLER, Bearer.EXCHANGE, False),
        (Role.SELLER, None, True),
        (Role.ADMIN, Bearer.EXCHANGE, False),
    ],
)
async def test_invalid_decision_is_refused(
    exchange: Exchange, in_favour_of: Role, borne_by: Bearer | None, waive_return: bool
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    order = await complain(exchange, order.id)
    with pytest.raises(InvalidDecision):
        await decide(exchange, order.id, in_favour_of, borne_by, waive_return=waive_return)
    assert await exchange.order(order.id) == order
