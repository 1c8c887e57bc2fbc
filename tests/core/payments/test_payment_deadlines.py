"""An unpaid order ends for the right reason, and no money is kept."""

from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.deadlines import Deadline, DeadlineKind
from solebook.ports.language.events import PaymentRequested
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import AskFate
from solebook.ports.language.orders import CancelReason, OrderStatus, PaymentStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.steps import Cancelled
from solebook.ports.language.trade_notices import OrderCancelledNotice, SaleCancelledNotice
from solebook.ports.language.users import Actor

from ...exchange import MONDAY, Exchange
from .unpaid import CHARGE, GIVE_UP, INSTANT, WINDOW, deadlines, end


async def told_last(exchange: Exchange, actor: Actor) -> OrderCancelledNotice | SaleCancelledNotice:
    newest = PageRequest(limit=1)
    [last] = (await exchange.store.notifications.of_user(actor.user_id, newest)).items
    assert isinstance(last.notice, OrderCancelledNotice | SaleCancelledNotice)
    return last.notice


async def match_with(exchange: Exchange, card: str) -> OrderId:
    """Let a buyer with this card trade, and try to charge them."""
    order_id = await exchange.match(buyer=await exchange.new_buyer(card))
    await exchange.workers.settle()
    return order_id


# ---- when the window begins ------------------------------------------------------------------


async def test_payment_window_does_not_run_before_the_provider_answers(exchange: Exchange) -> None:
    exchange.line.is_cut = True
    order_id = await exchange.match()
    await exchange.workers.settle()
    assert await deadlines(exchange, order_id) == [
        Deadline(DeadlineKind.GIVE_UP, order_id, MONDAY + GIVE_UP)
    ]
    await exchange.later(GIVE_UP - timedelta(minutes=10))
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    exchange.line.is_cut = False
    await exchange.quiet()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert DeadlineKind.GIVE_UP not in {d.kind for d in await deadlines(exchange, order_id)}


async def test_payment_window_begins_with_the_first_pending_answer(
    exchange: Exchange,
) -> None:
    exchange.line.is_cut = True
    order_id = await match_with(exchange, tokens.CARD_THAT_STAYS_PENDING)
    await exchange.later(timedelta(minutes=20))
    exchange.line.is_cut = False
    await exchange.quiet()
    answered_at = (await exchange.payment(order_id)).answered_at
    assert answered_at is not None
    assert answered_at > MONDAY + timedelta(minutes=20)
    assert Deadline(DeadlineKind.PAYMENT, order_id, answered_at + WINDOW) in await deadlines(
        exchange, order_id
    )
    await exchange.later(answered_at + WINDOW - INSTANT - exchange.clock.now())
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    await exchange.later(INSTANT)
    assert (await end(exchange, order_id))[0] is CancelReason.PAYMENT_OVERDUE


async def test_answer_just_before_giving_up_begins_a_complete_window(
    exchange: Exchange,
) -> None:
    exchange.line.is_cut = True
    order_id = await match_with(exchange, tokens.CARD_THAT_STAYS_PENDING)
    await exchange.clock.advance(GIVE_UP - timedelta(minutes=1))
    exchange.line.is_cut = False
    await exchange.workers.settle()
    assert (await exchange.payment(order_id)).answered_at == MONDAY + timedelta(minutes=59)
    await exchange.later(WINDOW - INSTANT)
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    await exchange.later(INSTANT)
    assert (await end(exchange, order_id))[0] is CancelReason.PAYMENT_OVERDUE


async def test_retry_of_a_pending_charge_does_not_restart_the_window(
    exchange: Exchange,
) -> None:
    order_id = await match_with(exchange, tokens.CARD_THAT_STAYS_PENDING)
    order = await exchange.order(order_id)
    await exchange.clock.advance(timedelta(minutes=5))
    await exchange.app.payments.charge_buyer(
        PaymentRequested(order_id, order.buyer_id, order.buyer_total)
    )
    assert (await exchange.payment(order_id)).answered_at == MONDAY


# ---- a pending charge ------------------------------------------------------------------------


@pytest.mark.parametrize("webhook", [True, False])
async def test_a_pending_charge_that_succeeds_confirms_its_order(
    exchange: Exchange, webhook: bool
) -> None:
    order_id = await match_with(exchange, tokens.CARD_THAT_IS_CHARGED_LATER)
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    if webhook:
        await exchange.provider.find_charge(
            order_id
        )  # the look-up after which the bank has decided
        await exchange.webhook(-1)
        await exchange.quiet()
        assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    await exchange.later(WINDOW)
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert await exchange.provider.balance() == 21_400


@pytest.mark.parametrize("webhook", [True, False])
async def test_a_pending_charge_that_is_declined_cancels_its_order_as_declined(
    exchange: Exchange, webhook: bool
) -> None:
    order_id = await match_with(exchange, tokens.CARD_THAT_IS_DECLINED_LATER)
    if webhook:
        await exchange.provider.find_charge(order_id)
        await exchange.webhook(-1)
        await exchange.quiet()
    else:
        await exchange.later(WINDOW)
    assert await end(exchange, order_id) == (
        CancelReason.PAYMENT_DECLINED,
        PaymentStatus.DECLINED,
    )


async def test_charge_that_stays_pending_is_overdue_and_the_buyer_is_notified(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_STAYS_PENDING)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    await exchange.later(WINDOW)
    assert await end(exchange, order_id) == (CancelReason.PAYMENT_OVERDUE, PaymentStatus.UNKNOWN)
    notice = await told_last(exchange, buyer)
    assert isinstance(notice, OrderCancelledNotice)
    assert (notice.refund, notice.charge_unknown) == (0, True)
    order = await exchange.order(order_id)
    assert (await exchange.store.quotes.get(order.ask_id)).status == "active"


async def test_a_charge_that_succeeds_after_its_window_goes_back(exchange: Exchange) -> None:
    order_id = await match_with(exchange, tokens.CARD_THAT_STAYS_PENDING)
    await exchange.later(WINDOW)
    await exchange.provider.charge(
        key=f"{order_id}:late", order_id=order_id, payment_method=tokens.CARD, amount=21_400
    )
    for _ in range(2):
        await exchange.webhook(-1)
    await exchange.quiet()
    assert (await end(exchange, order_id))[1] is PaymentStatus.REFUNDED
    assert await exchange.provider.balance() == 0


# ---- giving up -------------------------------------------------------------------------------


async def test_order_without_an_attempt_is_given_up_instead_of_overdue(
    exchange: Exchange,
) -> None:
    exchange.bus.failing[CHARGE] = 3
    order_id = await exchange.match()
    await exchange.later(GIVE_UP)
    await exchange.quiet()
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.ABANDONED)
    notice = await told_last(exchange, exchange.buyer)
    assert isinstance(notice, OrderCancelledNotice)
    assert (notice.reason, notice.charge_unknown) == (CancelReason.GIVEN_UP, False)
    sale = await told_last(exchange, exchange.seller)
    assert isinstance(sale, SaleCancelledNotice)
    assert (sale.penalty, sale.ask) == (0, AskFate.RETURNED)
    assert await exchange.provider.webhooks() == []


async def test_an_order_whose_pair_could_not_be_reserved_is_given_up(exchange: Exchange) -> None:
    exchange.bus.failing["catalog.reserve_stock:match.created"] = 3
    order_id = await exchange.match()
    await exchange.later(GIVE_UP)
    await exchange.quiet()
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.ABANDONED)


async def test_lost_request_is_given_up_and_known_as_not_charged(
    exchange: Exchange,
) -> None:
    exchange.line.is_cut = True
    order_id = await exchange.match()
    await exchange.workers.settle()
    exchange.line.is_cut = False
    exchange.bus.failing[CHARGE] = 3
    await exchange.later(GIVE_UP)
    await exchange.quiet()
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.ABANDONED)
    assert await exchange.provider.balance() == 0


async def test_unanswered_charge_is_given_up_with_an_unknown_outcome(
    exchange: Exchange,
) -> None:
    exchange.line.loses_answers = True
    order_id = await exchange.match()
    await exchange.workers.settle()
    exchange.line.is_cut = True
    await exchange.later(GIVE_UP)
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.UNKNOWN)
    notice = await told_last(exchange, exchange.buyer)
    assert isinstance(notice, OrderCancelledNotice)
    assert (notice.refund, notice.charge_unknown) == (0, True)
    last = (await exchange.store.orders.history(order_id))[-1].step
    assert last == Cancelled(CancelReason.GIVEN_UP, charge_known=False)

    exchange.line.is_cut = exchange.line.loses_answers = False
    await exchange.quiet()
    assert (await end(exchange, order_id))[1] is PaymentStatus.REFUNDED
    assert (await exchange.happened(order_id))[-2:] == ["cancelled", "payment_refunded"]
    assert await exchange.provider.balance() == 0


async def test_order_records_a_late_answer_that_the_buyer_was_not_charged(
    exchange: Exchange,
) -> None:
    exchange.line.is_cut = True
    order_id = await exchange.match()
    await exchange.workers.settle()
    await exchange.later(GIVE_UP)
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.UNKNOWN)
    exchange.line.is_cut = False
    await exchange.quiet()
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.ABANDONED)
    assert (await exchange.happened(order_id))[-2:] == ["cancelled", "buyer_not_charged"]
    assert (await exchange.payment(order_id)).status is PaymentStatus.ABANDONED


async def test_a_charge_whose_answer_was_lost_beats_the_deadline(exchange: Exchange) -> None:
    order_id = await match_with(exchange, tokens.CARD_THAT_TIMES_OUT)
    exchange.bus.failing[CHARGE] = 3  # no retry before the deadline
    await exchange.later(GIVE_UP)
    await exchange.quiet()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert await exchange.provider.balance() == 21_400


async def test_a_decline_whose_answer_was_lost_is_found_at_the_deadline(
    exchange: Exchange,
) -> None:
    exchange.line.loses_answers = True
    order_id = await match_with(exchange, tokens.DECLINED_CARD)
    exchange.line.loses_answers = False
    exchange.bus.failing[CHARGE] = 3
    await exchange.later(GIVE_UP)
    await exchange.quiet()
    assert (await end(exchange, order_id))[0] is CancelReason.PAYMENT_DECLINED


async def test_lost_pending_answer_begins_the_window_when_it_is_found(
    exchange: Exchange,
) -> None:
    exchange.line.loses_answers = True
    order_id = await match_with(exchange, tokens.CARD_THAT_STAYS_PENDING)
    exchange.line.loses_answers = False
    exchange.bus.failing[CHARGE] = 3
    await exchange.later(GIVE_UP)
    await exchange.quiet()
    assert (await exchange.payment(order_id)).answered_at == MONDAY + GIVE_UP
    await exchange.later(WINDOW)
    assert (await end(exchange, order_id))[0] is CancelReason.PAYMENT_OVERDUE


async def test_window_that_ends_during_an_outage_waits_until_giving_up(
    exchange: Exchange,
) -> None:
    order_id = await match_with(exchange, tokens.CARD_THAT_STAYS_PENDING)
    exchange.line.is_cut = True
    await exchange.later(WINDOW)
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    await exchange.later(GIVE_UP - WINDOW)
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.UNKNOWN)
    exchange.line.is_cut = False
