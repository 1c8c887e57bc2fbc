"""A buyer authenticates a charge, fails or does not come. None is charged without an order."""

import asyncio
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.core.payments.charges.charge_texts import description_of, statement_of
from solebook.ports.language.errors import NotFound, Unavailable
from solebook.ports.language.events import PaymentOverdue, PaymentRequested
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import parse_size
from solebook.ports.language.orders import CancelReason, OrderStatus, PaymentStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payment_actions import PaymentAction
from solebook.ports.language.payments import CancelledCharge
from solebook.ports.language.trade_notices import PaymentNeedsBuyerNotice

from ...exchange import MONDAY, SIZE, Exchange
from ...invariants import check_invariants
from .slow_line import SlowLine
from .unpaid import GIVE_UP, INSTANT, WINDOW, end


async def waiting(exchange: Exchange, card: str = tokens.CARD_THAT_NEEDS_THE_BUYER) -> OrderId:
    """Return an order whose charge waits for its buyer."""
    buyer = await exchange.new_buyer(card)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    return order_id


async def authenticate(exchange: Exchange, order_id: OrderId, *, passes: bool = True) -> None:
    """Let the buyer answer the bank, of which the exchange hears nothing."""
    await Dashboard(exchange.line.beyond).authenticate(str(order_id), passes=passes)


async def action(exchange: Exchange, order_id: OrderId) -> PaymentAction | None:
    """Return what the buyer sees that they must do."""
    order = await exchange.order(order_id)
    buyer = next(each for each in exchange.people if each.user_id == order.buyer_id)
    return (await exchange.app.orders.view_order(buyer, order_id)).payment_action


async def cancel(exchange: Exchange, order_id: OrderId) -> None:
    await exchange.app.orders.cancel_order(exchange.admin, order_id, reason="a recall")


# ---- the buyer is told ---------------------------------------------------------------------------


async def test_the_buyer_alone_sees_the_link_and_until_when(exchange: Exchange) -> None:
    order_id = await waiting(exchange)

    shown = await action(exchange, order_id)

    assert shown is not None
    assert shown.url.startswith("https://")
    assert shown.until == MONDAY + WINDOW
    assert shown.url not in repr(shown)
    for other in (exchange.seller, exchange.admin):
        seen = await exchange.app.orders.view_order(other, order_id)
        assert seen.payment_action is None


async def test_the_buyer_is_notified_with_the_link(exchange: Exchange) -> None:
    order_id = await waiting(exchange)
    await exchange.quiet()

    order, shown = await exchange.order(order_id), await action(exchange, order_id)
    page = await exchange.store.notifications.of_user(order.buyer_id, PageRequest())
    [told] = [
        each.notice for each in page.items if isinstance(each.notice, PaymentNeedsBuyerNotice)
    ]
    assert shown is not None
    assert (told.url, told.until, told.total) == (shown.url, shown.until, 21_400)


async def test_a_window_that_is_put_off_is_shown(exchange: Exchange) -> None:
    order_id = await waiting(exchange)
    hour = timedelta(hours=1)

    await exchange.app.orders.put_off_deadlines(MONDAY, MONDAY + hour)

    shown = await action(exchange, order_id)
    assert shown is not None
    assert shown.until == MONDAY + WINDOW + hour


async def test_a_repeated_answer_tells_the_buyer_once(exchange: Exchange) -> None:
    order_id = await waiting(exchange)
    order = await exchange.order(order_id)

    for _ in range(2):
        await exchange.app.payments.charge_buyer(
            PaymentRequested(order_id, order.buyer_id, order.buyer_total)
        )
    await exchange.quiet()

    page = await exchange.store.notifications.of_user(order.buyer_id, PageRequest())
    told = [each for each in page.items if isinstance(each.notice, PaymentNeedsBuyerNotice)]
    assert len(told) == 1


# ---- passed, failed, abandoned -------------------------------------------------------------------


@pytest.mark.parametrize("webhook", [True, False])
async def test_a_buyer_who_passes_keeps_the_order(exchange: Exchange, webhook: bool) -> None:
    order_id = await waiting(exchange)
    await authenticate(exchange, order_id)
    if webhook:
        await exchange.webhook(-1)
        await exchange.quiet()
    else:
        await exchange.later(WINDOW)

    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert await action(exchange, order_id) is None
    assert await exchange.provider.balance() == 21_400
    await check_invariants(exchange)


@pytest.mark.parametrize("webhook", [True, False])
async def test_a_buyer_who_fails_is_declined(exchange: Exchange, webhook: bool) -> None:
    order_id = await waiting(exchange)
    await authenticate(exchange, order_id, passes=False)
    if webhook:
        await exchange.webhook(-1)
        await exchange.quiet()
    else:
        await exchange.later(WINDOW)

    assert await end(exchange, order_id) == (CancelReason.PAYMENT_DECLINED, PaymentStatus.DECLINED)
    await check_invariants(exchange)


async def test_a_buyer_who_does_not_come_loses_the_order_and_cannot_pay_any_more(
    exchange: Exchange,
) -> None:
    order_id = await waiting(exchange)
    await exchange.later(WINDOW - INSTANT)
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING

    await exchange.later(INSTANT)

    assert await end(exchange, order_id) == (CancelReason.PAYMENT_OVERDUE, PaymentStatus.ABANDONED)
    assert isinstance(await exchange.provider.find_charge(order_id), CancelledCharge)
    with pytest.raises(AssertionError):
        await authenticate(exchange, order_id)
    assert await action(exchange, order_id) is None
    await check_invariants(exchange)


@pytest.mark.parametrize(
    ("card", "status"),
    [
        (tokens.CARD_THAT_THE_BUYER_AUTHENTICATES, OrderStatus.CONFIRMED),
        (tokens.CARD_THAT_THE_BUYER_FAILS, OrderStatus.CANCELLED),
    ],
)
async def test_a_test_card_plays_the_buyer(
    exchange: Exchange, card: str, status: OrderStatus
) -> None:
    order_id = await waiting(exchange, card)
    assert await action(exchange, order_id) is not None

    await exchange.later(WINDOW)

    assert (await exchange.order(order_id)).status is status
    await check_invariants(exchange)


# ---- the order ends otherwise --------------------------------------------------------------------


async def test_the_charge_of_an_order_that_staff_cancel_is_cancelled(exchange: Exchange) -> None:
    order_id = await waiting(exchange)

    await cancel(exchange, order_id)
    await exchange.quiet()

    assert (await exchange.order(order_id)).payment_status is PaymentStatus.ABANDONED
    with pytest.raises(AssertionError):
        await authenticate(exchange, order_id)
    await check_invariants(exchange)


async def test_a_charge_that_is_paid_before_it_is_cancelled_goes_back(exchange: Exchange) -> None:
    order_id = await waiting(exchange)
    await cancel(exchange, order_id)
    await authenticate(exchange, order_id)

    await exchange.quiet()

    assert (await exchange.order(order_id)).payment_status is PaymentStatus.REFUNDED
    assert await exchange.provider.balance() == 0
    await check_invariants(exchange)


async def test_a_provider_that_is_away_cancels_the_charge_when_it_is_back(
    exchange: Exchange,
) -> None:
    order_id = await waiting(exchange)
    exchange.line.is_cut = True
    await exchange.later(GIVE_UP)
    assert (await exchange.order(order_id)).payment_status is PaymentStatus.UNKNOWN
    exchange.line.is_cut = False

    await exchange.quiet()

    assert (await exchange.order(order_id)).payment_status is PaymentStatus.ABANDONED
    assert isinstance(await exchange.provider.find_charge(order_id), CancelledCharge)
    await check_invariants(exchange)


# ---- races ---------------------------------------------------------------------------------------


async def held(line: SlowLine) -> None:
    async with asyncio.timeout(60):
        while not line.is_waiting:  # noqa: ASYNC110  # the line tells nobody
            await asyncio.sleep(0)


async def test_a_buyer_who_pays_while_the_window_ends_keeps_the_order(exchange: Exchange) -> None:
    order_id = await waiting(exchange)
    order = await exchange.order(order_id)
    line = SlowLine(exchange.line.beyond)
    exchange.line.beyond = line
    await exchange.clock.advance(WINDOW)
    arrives = line.hold_next()
    ending = asyncio.ensure_future(
        exchange.app.payments.abandon_payment(
            PaymentOverdue(order_id, order.buyer_id, order.matched_at)
        )
    )
    await held(line)

    await authenticate(exchange, order_id)  # before the cancellation arrives
    arrives.set_result(True)
    await ending
    await exchange.quiet()

    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert await exchange.provider.balance() == 21_400
    await check_invariants(exchange)


@pytest.mark.parametrize("lost", [True, False])
async def test_an_answer_that_comes_after_the_order_ended_is_cancelled(
    exchange: Exchange, lost: bool
) -> None:
    order_id = await exchange.match(
        buyer=await exchange.new_buyer(tokens.CARD_THAT_NEEDS_THE_BUYER)
    )
    await exchange.workers.relay.drain()
    order = await exchange.order(order_id)
    line = SlowLine(exchange.line.beyond)
    exchange.line.beyond = line
    arrives = line.hold_next()
    request = PaymentRequested(order_id, order.buyer_id, order.buyer_total)
    charging = asyncio.ensure_future(exchange.app.payments.charge_buyer(request))
    await held(line)
    await cancel(exchange, order_id)
    await exchange.workers.settle()  # nothing arrived yet, so there is nothing to cancel

    exchange.line.loses_answers = lost
    arrives.set_result(True)
    if lost:
        with pytest.raises(Unavailable):
            await charging
        exchange.line.loses_answers = False
    else:
        await charging
    await exchange.quiet()

    assert (await exchange.order(order_id)).payment_status is PaymentStatus.ABANDONED
    assert isinstance(await exchange.provider.find_charge(order_id), CancelledCharge)
    assert await action(exchange, order_id) is None
    await check_invariants(exchange)


async def test_a_charge_without_an_answer_asks_the_buyer_when_it_would_be_given_up(
    exchange: Exchange,
) -> None:
    exchange.line.loses_answers = True
    order_id = await waiting(exchange)
    await exchange.clock.advance(GIVE_UP)
    exchange.line.loses_answers = False
    await exchange.workers.sweeper.sweep()

    await exchange.workers.settle()

    shown = await action(exchange, order_id)
    assert shown is not None
    assert shown.until == exchange.clock.now() + WINDOW
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING


# ---- what a charge says, and the receipt ---------------------------------------------------------


async def test_what_a_charge_says_is_frozen_at_the_first_attempt(exchange: Exchange) -> None:
    exchange.line.is_cut = True
    order_id = await waiting(exchange)
    before = await exchange.payment(order_id)
    await exchange.app.catalog.edit_product(
        exchange.admin, exchange.product.id, brand="Other", model="Name"
    )
    exchange.line.is_cut = False
    await exchange.quiet()

    after = await exchange.payment(order_id)
    description = description_of(exchange.product, parse_size(SIZE))
    assert before.description == after.description == description
    assert before.statement == after.statement == statement_of(exchange.product)


async def test_only_the_buyer_sees_the_receipt(exchange: Exchange) -> None:
    order_id = await exchange.match()
    await exchange.quiet()

    view_receipt = exchange.app.payments.view_receipt
    assert await view_receipt(exchange.buyer, order_id) is None  # the provider has none
    for other in (exchange.seller, exchange.admin):
        with pytest.raises(NotFound):
            await view_receipt(other, order_id)
