"""Overdue states that a deadline cannot decide raise an alarm every day until they end."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.alarms import Alarm, AlarmKind
from solebook.ports.language.complaints import Bearer, ComplaintKind
from solebook.ports.language.events import AlarmRaised, FreezeRequested
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import (
    DeliveryProof,
    FreezeReason,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.steps import Delivered
from solebook.ports.language.trade_notices import OrderDeliveredNotice
from solebook.ports.language.users import Role

from ...exchange import Exchange

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
Step = Callable[[Exchange, OrderId], Awaitable[object]]


async def claim(exchange: Exchange, order_id: OrderId) -> None:
    task = await exchange.store.authentication_tasks.find_by_order(order_id)
    assert task is not None
    await exchange.app.authentication.claim_task(exchange.authenticator, task.id)


async def complain(exchange: Exchange, order_id: OrderId) -> None:
    await exchange.app.orders.complain(
        exchange.buyer, order_id, kind=ComplaintKind.NOT_AS_DESCRIBED, reason="a size 9"
    )


async def uphold(exchange: Exchange, order_id: OrderId) -> None:
    await complain(exchange, order_id)
    await exchange.app.orders.decide_complaint(
        exchange.admin,
        order_id,
        in_favour_of=Role.BUYER,
        borne_by=Bearer.SELLER,
        reason="so it is",
    )


async def dismiss(exchange: Exchange, order_id: OrderId) -> None:
    await exchange.app.orders.decide_complaint(
        exchange.admin, order_id, in_favour_of=Role.SELLER, reason="it is not"
    )


async def freeze(exchange: Exchange, order_id: OrderId) -> None:
    await exchange.app.orders.freeze_payout(exchange.admin, order_id, reason="to look at it")


async def release(exchange: Exchange, order_id: OrderId) -> None:
    await exchange.app.orders.release_payout(exchange.admin, order_id, reason="all is well")


async def nothing(exchange: Exchange, order_id: OrderId) -> None:
    pass


async def open_alarms(exchange: Exchange) -> list[Alarm]:
    return list((await exchange.store.alarms.page(PageRequest(), open_only=True)).items)


WAITING: dict[AlarmKind, tuple[OrderStatus, Step, timedelta, Step]] = {
    AlarmKind.PAIR_NOT_CLAIMED: (OrderStatus.AUTHENTICATING, nothing, 2 * DAY, claim),
    AlarmKind.REVIEW_OVERDUE: (OrderStatus.AUTHENTICATING, claim, DAY, Exchange.pass_),
    AlarmKind.PAIR_NOT_DISPATCHED: (OrderStatus.AUTH_PASSED, nothing, 2 * DAY, Exchange.dispatch),
    AlarmKind.RETURN_OVERDUE: (OrderStatus.AUTH_FAILED, nothing, 3 * DAY, Exchange.dispatch),
    AlarmKind.DELIVERY_OVERDUE: (
        OrderStatus.SHIPPING_TO_BUYER,
        nothing,
        10 * DAY,
        Exchange.deliver,
    ),
    AlarmKind.COMPLAINT_RETURN_OVERDUE: (
        OrderStatus.DELIVERED,
        uphold,
        14 * DAY,
        Exchange.receive,
    ),
    AlarmKind.PAYOUT_FROZEN: (OrderStatus.DELIVERED, freeze, DAY, release),
}
"""For each alarm: the state, the step that begins it, the time limit, and what ends it."""


@pytest.mark.parametrize("kind", WAITING)
async def test_overdue_state_raises_an_alarm_every_day_until_it_ends(
    exchange: Exchange, kind: AlarmKind
) -> None:
    status, begin, wait, end = WAITING[kind]
    order = await exchange.trade(status)
    await begin(exchange, order.id)
    before = await exchange.order(order.id)
    await exchange.later(wait - INSTANT)
    assert await open_alarms(exchange) == []
    await exchange.later(INSTANT)
    for count in (1, 2, 3):
        (alarm,) = await open_alarms(exchange)
        assert (alarm.kind, alarm.order_id, alarm.count) == (kind, order.id, count)
        assert alarm.last_at == exchange.clock.now()
        await exchange.later(DAY)
    assert await exchange.order(order.id) == before
    await end(exchange, order.id)
    await exchange.workers.settle()
    assert await open_alarms(exchange) == []
    await exchange.later(DAY)
    assert kind not in [alarm.kind for alarm in await open_alarms(exchange)]


async def test_complaint_raises_an_alarm_at_once_and_until_it_is_decided(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, order.id)
    await exchange.workers.settle()
    for count, wait in ((1, 2 * DAY), (2, DAY), (3, DAY)):
        (alarm,) = await open_alarms(exchange)
        assert (alarm.kind, alarm.count) == (AlarmKind.COMPLAINT_OPEN, count)
        await exchange.later(wait)
    await dismiss(exchange, order.id)
    await exchange.workers.settle()
    assert await open_alarms(exchange) == []


async def test_cancelling_an_order_closes_its_alarms(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.AUTHENTICATING)
    await exchange.later(2 * DAY)
    assert [alarm.kind for alarm in await open_alarms(exchange)] == [AlarmKind.PAIR_NOT_CLAIMED]
    await exchange.app.orders.cancel_order(exchange.admin, order.id, reason="it is damaged")
    await exchange.workers.settle()
    assert await open_alarms(exchange) == []
    assert (await exchange.order(order.id)).return_status is ReturnStatus.DUE
    await exchange.later(3 * DAY)
    assert [alarm.kind for alarm in await open_alarms(exchange)] == [AlarmKind.RETURN_OVERDUE]


async def test_alarm_of_a_state_that_was_left_is_discarded(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.AUTH_PASSED)
    await exchange.clock.advance(2 * DAY)
    await exchange.workers.sweeper.sweep()
    exchange.bus.failing["operations.record_alarm:alarm.raised"] = 1
    await exchange.workers.settle()
    await exchange.dispatch(order.id)
    await exchange.quiet()
    assert await open_alarms(exchange) == []
    assert (await exchange.store.alarms.page(PageRequest())).items == ()


async def test_alarm_without_a_deadline_is_always_stored(exchange: Exchange) -> None:
    order = await exchange.trade()
    async with exchange.store.transaction():
        await exchange.store.outbox.add(
            AlarmRaised(AlarmKind.PROVIDER_REPORT, order.id, "look at this")
        )
    await exchange.workers.settle()
    assert [alarm.kind for alarm in await open_alarms(exchange)] == [AlarmKind.PROVIDER_REPORT]


async def test_assumed_delivery_tells_the_buyer_the_end_of_the_complaint_window(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await exchange.later(14 * DAY)
    last = (await exchange.store.orders.history(order.id))[-1]
    assert last.step == Delivered(DeliveryProof.ASSUMED)
    listed = await exchange.store.notifications.of_user(exchange.buyer.user_id, PageRequest())
    notice = listed.items[0].notice
    assert isinstance(notice, OrderDeliveredNotice)
    assert notice.proof is DeliveryProof.ASSUMED
    assert notice.complain_by == exchange.clock.now() + 3 * DAY


# ---- the provider's answers ----------------------------------------------------------------------


async def test_unanswered_payout_raises_an_alarm_and_is_retried(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    exchange.bus.failing["payments.pay_seller:payout.due"] = 100
    await exchange.later(3 * DAY)
    exchange.bus.failing.clear()
    await exchange.clock.advance(DAY)
    await exchange.workers.sweeper.sweep()
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert await open_alarms(exchange) == []


async def test_unanswered_refund_raises_an_alarm_and_is_retried(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    exchange.bus.failing["payments.refund_buyer:order.cancelled"] = 5
    await exchange.app.orders.cancel_order(exchange.admin, order.id, reason="a mistake")
    await exchange.workers.relay.drain()
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUND_DUE
    await exchange.clock.advance(DAY)
    await exchange.workers.sweeper.sweep()
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUNDED
    assert await open_alarms(exchange) == []
    alarms = (await exchange.store.alarms.page(PageRequest())).items
    assert {alarm.kind for alarm in alarms} <= {AlarmKind.REFUND_OVERDUE}
    await exchange.quiet()


async def test_refused_payout_raises_an_alarm_every_day(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(3 * DAY)
    for count in (1, 2):
        await exchange.later(DAY)
        (alarm,) = await open_alarms(exchange)
        assert (alarm.kind, alarm.count) == (AlarmKind.PAYOUT_OVERDUE, count)
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT)
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert await open_alarms(exchange) == []


# ---- frozen payouts ------------------------------------------------------------------------------


async def test_a_frozen_payout_is_not_paid_and_falls_due_when_it_is_released(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await freeze(exchange, order.id)
    await exchange.later(9 * DAY)
    assert await exchange.store.payouts.find(order.id) is None
    await release(exchange, order.id)
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID


async def test_payout_frozen_after_it_fell_due_is_not_begun(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    exchange.bus.failing["payments.pay_seller:payout.due"] = 1
    await exchange.later(3 * DAY)
    await freeze(exchange, order.id)
    await exchange.quiet()
    assert await exchange.store.payouts.find(order.id) is None
    await release(exchange, order.id)
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID


async def test_payout_frozen_by_another_context_is_released_by_an_admin(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    request = FreezeRequested(order.id, FreezeReason.PROVIDER, "it refunded 100 unasked")
    for _ in range(2):
        async with exchange.store.transaction():
            await exchange.store.outbox.add(request)
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).freezes == {FreezeReason.PROVIDER}
    await freeze(exchange, order.id)
    await release(exchange, order.id)
    assert (await exchange.order(order.id)).freezes == frozenset()


async def test_release_does_not_lift_the_freeze_of_a_complaint(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await complain(exchange, order.id)
    await freeze(exchange, order.id)
    await release(exchange, order.id)
    assert (await exchange.order(order.id)).freezes == {FreezeReason.COMPLAINT}
    await exchange.later(30 * DAY)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.HELD


async def test_order_with_a_wrong_charge_raises_an_alarm_every_day_until_it_ends(
    exchange: Exchange,
) -> None:
    order_id = await exchange.match(buyer=await exchange.new_buyer(tokens.CARD_CHARGED_HALF))
    await exchange.workers.settle()
    for day in (1, 2):
        await exchange.later(DAY)
        [alarm] = [a for a in await open_alarms(exchange) if a.kind is AlarmKind.PAYOUT_FROZEN]
        assert (alarm.order_id, alarm.count) == (order_id, day)
    await exchange.app.orders.cancel_order(exchange.admin, order_id, reason="a wrong amount")
    await exchange.quiet()
    assert AlarmKind.PAYOUT_FROZEN not in [alarm.kind for alarm in await open_alarms(exchange)]
