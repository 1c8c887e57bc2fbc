"""An exchange of revision 0016 with orders in every state continues with this code."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from solebook.ports.language.audit import AuditAction
from solebook.ports.language.deadlines import Deadline
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.notifications import NotificationKind
from solebook.ports.language.orders import (
    CancelReason,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import PayoutState
from solebook.ports.language.users import Actor

from ....exchange import Exchange
from ....invariants import check_invariants
from ..exchange_0016 import ORDERS, STOPPED_AT

_ALL = PageRequest(limit=100)
_ENDED = {OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED}


async def replay_dead_letters(exchange: Exchange) -> None:
    """Have everything tried again that was given up, now that the world is in order."""
    for letter in (await exchange.store.dead_letters.page(_ALL)).items:
        await exchange.store.dead_letters.replay(letter.id, exchange.clock.now())
    await exchange.quiet()


async def carry_on(exchange: Exchange, order_id: OrderId) -> None:
    """Take an order that is paid to the end of the trade, or its pair back to the seller."""
    steps: dict[OrderStatus, Callable[[OrderId], Awaitable[None]]] = {
        OrderStatus.CONFIRMED: exchange.ship,
        OrderStatus.SELLER_SHIPPING: exchange.receive,
        OrderStatus.AUTHENTICATING: exchange.pass_,
        OrderStatus.AUTH_PASSED: exchange.dispatch,
        OrderStatus.SHIPPING_TO_BUYER: exchange.deliver,
    }
    while step := steps.get((await exchange.order(order_id)).status):
        await step(order_id)
    if (await exchange.order(order_id)).return_status is ReturnStatus.DUE:
        await exchange.dispatch(order_id)


async def test_every_pending_order_ends_correctly(opened: Exchange) -> None:
    await opened.quiet()
    ended = {}
    for name, order_id in ORDERS.items():
        if name.startswith("pending"):
            order = await opened.order(order_id)
            ended[name] = order.cancel_reason or order.status
    declined = CancelReason.PAYMENT_DECLINED
    assert ended == {
        "pending": OrderStatus.CONFIRMED,
        "pending_reserved": OrderStatus.CONFIRMED,
        "pending_charge_failed": OrderStatus.CONFIRMED,
        "pending_odd_size_charge_failed": OrderStatus.CONFIRMED,
        "pending_charged_unknown": OrderStatus.CONFIRMED,
        "pending_ioc_ask": OrderStatus.CONFIRMED,
        "pending_ioc_bid": OrderStatus.CONFIRMED,
        "pending_to_be_declined": declined,
        "pending_ioc_ask_to_be_declined": declined,
        "pending_to_be_declined_of_suspended_seller": declined,
        "pending_overdue": OrderStatus.CONFIRMED,
        "pending_overdue_but_captured": OrderStatus.CONFIRMED,
    }


async def test_every_order_can_be_carried_on_to_its_end(opened: Exchange) -> None:
    await opened.quiet()
    await replay_dead_letters(opened)
    for order_id in ORDERS.values():
        await carry_on(opened, order_id)
    await opened.later(timedelta(days=3))
    closed = await opened.order(ORDERS["payout_refused"])
    await opened.app.users.set_payout_account(
        Actor(closed.seller_id, frozenset()), account="acct_open"
    )
    await opened.quiet()
    for order in await opened.orders():
        assert order.status in _ENDED, order
        if order.status is OrderStatus.DELIVERED:
            assert order.payout_status is PayoutStatus.PAID, order
        else:
            assert order.payment_status in (
                PaymentStatus.REFUNDED,
                PaymentStatus.DECLINED,
                PaymentStatus.ABANDONED,
            ), order
            assert order.return_status is not ReturnStatus.DUE, order
    await check_invariants(opened)


async def test_every_order_ends_by_itself_or_waits_for_the_warehouse(opened: Exchange) -> None:
    await opened.quiet()
    await replay_dead_letters(opened)
    for _ in range(40):
        await opened.later(timedelta(days=1))
    for order in await opened.orders():
        assert order.status in _ENDED or order.status in (
            OrderStatus.AUTHENTICATING,
            OrderStatus.AUTH_PASSED,
        ), order
    await check_invariants(opened)


async def test_quotes_of_a_suspended_user_are_withdrawn_and_the_user_is_notified(
    opened: Exchange,
) -> None:
    await opened.quiet()
    suspended = [
        person
        for person in opened.people
        if (await opened.store.traders.standing(person.user_id)).suspended
    ]
    assert len(suspended) == 2
    for person in suspended:
        told = await opened.store.notifications.of_user(person.user_id, _ALL)
        assert NotificationKind.QUOTES_WITHDRAWN in {item.notice.KIND for item in told.items}
        for side in Side:
            quotes = opened.store.quotes.of_user(person.user_id, side, _ALL, QuoteStatus.ACTIVE)
            assert not (await quotes).items
        log = await opened.store.audit_log.page(_ALL, target_id=person.user_id)
        assert {entry.act.action for entry in log.items} == {
            AuditAction.SUSPENSION_SET,
            AuditAction.CARRIED_OUT,
        }


async def test_the_rules_are_adopted_and_double_style_codes_are_reported(opened: Exchange) -> None:
    assert await opened.store.rules_in_force.find() == opened.app.rules
    doubles = [
        (double.style_code, double.original_style_code)
        for double in (await opened.store.products.doubled(_ALL)).items
    ]
    assert doubles == [("dd1391 100", "DD1391-100")]


async def test_a_deadline_that_was_running_still_runs(exchange: Exchange) -> None:
    far = STOPPED_AT + timedelta(days=60)
    due = {deadline.order_id: deadline for deadline in await exchange.store.deadlines.due(far, 100)}
    running: dict[str, Deadline] = {name: due[o] for name, o in ORDERS.items() if o in due}
    for name in (
        "pending",
        "confirmed",
        "confirmed_extended",
        "seller_shipping",
        "shipping_to_buyer",
        "delivered_held",
    ):
        assert running[name].due_at > STOPPED_AT, name


async def test_what_that_code_refunded_and_paid_is_known_when_the_provider_reports_it(
    opened: Exchange,
) -> None:
    """Its refunds and payouts had no names, and are not taken for others."""
    await opened.quiet()
    alarms = await opened.store.alarms.page(_ALL)
    told = len(await opened.provider.webhooks())
    for number in [*range(told), *range(told)]:
        await opened.webhook(number)
        await opened.quiet()
    assert await opened.store.alarms.page(_ALL) == alarms
    assert (await opened.app.payments.check_solvency()).balanced
    for order in await opened.orders():
        payment = await opened.store.payments.find(order.id)
        if payment is not None and payment.status is PaymentStatus.REFUNDED:
            assert payment.refunded == payment.amount
        payout = await opened.store.payouts.find(order.id)
        if payout is not None and payout.state is PayoutState.PAID:
            assert payout.paid == payout.amount
