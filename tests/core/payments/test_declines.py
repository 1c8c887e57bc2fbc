"""Only declines by the provider count against a buyer."""

from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.errors import BiddingBarred, Forbidden, InvalidText, NotFound
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.notifications import QuotesWithdrawnNotice
from solebook.ports.language.orders import CancelReason, OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Webhook, WebhookKind
from solebook.ports.language.users import OPERATOR, Actor

from ...exchange import MONDAY, Exchange
from .reports import report

DAY = timedelta(days=1)
REASON = "the bank had declined by mistake"


async def decline(exchange: Exchange, buyer: Actor) -> OrderId:
    """Replace a buyer's card by one that declines, and let a trade fail."""
    await exchange.app.users.set_payment_method(buyer, token=tokens.DECLINED_CARD)
    order_id = await exchange.match(buyer=buyer, seller=await exchange.new_seller())
    await exchange.workers.settle()
    order = await exchange.order(order_id)
    assert order.cancel_reason is CancelReason.PAYMENT_DECLINED
    ask = await exchange.store.quotes.get(order.ask_id)
    await exchange.app.bidding.cancel_quote(Actor(order.seller_id, frozenset()), Side.ASK, ask.id)
    await exchange.app.users.set_payment_method(buyer, token=tokens.CARD)
    return order_id


async def bids(exchange: Exchange, buyer: Actor) -> list[QuoteStatus]:
    page = await exchange.store.quotes.of_user(buyer.user_id, Side.BID, PageRequest(limit=100))
    return [quote.status for quote in page.items if quote.match_id is None]


# ---- three are too many ----------------------------------------------------------------------


async def test_the_third_decline_takes_the_buyers_bids_out_of_the_books_and_refuses_new_ones(
    exchange: Exchange,
) -> None:
    buyer = exchange.buyer
    resting = (await exchange.bid(buyer, 10_000)).quote
    for _ in range(2):
        await decline(exchange, buyer)
    assert (await exchange.store.quotes.get(resting.id)).status is QuoteStatus.ACTIVE
    await exchange.bid(buyer, 11_000)
    await decline(exchange, buyer)
    assert set(await bids(exchange, buyer)) == {QuoteStatus.CANCELLED}
    with pytest.raises(BiddingBarred) as barred:
        await exchange.bid(buyer, 10_000)
    assert (barred.value.declines, barred.value.until) == (3, MONDAY + 30 * DAY)
    assert "3 of your payments were declined" in str(barred.value)
    newest = PageRequest(limit=10)
    told = (await exchange.store.notifications.of_user(buyer.user_id, newest)).items
    [letter] = [n.notice for n in told if isinstance(n.notice, QuotesWithdrawnNotice)]
    assert letter.count == 2


async def test_barred_buyer_may_ask_and_their_orders_continue(exchange: Exchange) -> None:
    buyer = exchange.buyer
    order = await exchange.trade(buyer=buyer)
    for _ in range(3):
        await decline(exchange, buyer)
    await exchange.app.users.set_payout_account(buyer, account=tokens.ACCOUNT)
    await exchange.ask(buyer, 50_000)
    delivered = await exchange.bring(order.id, OrderStatus.DELIVERED)
    assert delivered.status is OrderStatus.DELIVERED


async def test_barred_buyer_cannot_reprice_a_resting_bid(exchange: Exchange) -> None:
    buyer = exchange.buyer
    resting = (await exchange.bid(buyer, 10_000)).quote
    for _ in range(2):
        await decline(exchange, buyer)
    exchange.bus.failing["bidding.withdraw_of_barred:buyer.barred"] = 1
    await decline(exchange, buyer)
    reprice = exchange.app.bidding.reprice_quote
    with pytest.raises(BiddingBarred):
        await reprice(buyer, Side.BID, resting.id, amount=11_000)
    await exchange.quiet()
    assert set(await bids(exchange, buyer)) == {QuoteStatus.CANCELLED}


async def test_bar_ends_when_fewer_than_three_declines_are_within_thirty_days(
    exchange: Exchange,
) -> None:
    buyer = exchange.buyer
    for _ in range(3):
        await decline(exchange, buyer)
        await exchange.later(5 * DAY)
    await exchange.later(15 * DAY - timedelta(microseconds=1))
    with pytest.raises(BiddingBarred):
        await exchange.bid(buyer, 10_000)
    await exchange.later(timedelta(microseconds=1))
    await exchange.bid(buyer, 10_000)
    await decline(exchange, buyer)  # two of the first three still count
    with pytest.raises(BiddingBarred) as barred:
        await exchange.bid(buyer, 10_000)
    assert barred.value.until == MONDAY + 35 * DAY


async def test_two_declines_within_thirty_days_do_not_bar(exchange: Exchange) -> None:
    buyer = exchange.buyer
    for _ in range(4):
        await decline(exchange, buyer)
        await exchange.later(16 * DAY)
    await exchange.bid(buyer, 10_000)


# ---- what counts -----------------------------------------------------------------------------


async def test_duplicate_decline_counts_once(exchange: Exchange) -> None:
    order_id = await decline(exchange, exchange.buyer)
    await exchange.webhook(-1)
    for number in range(3):
        again = Webhook(f"evt_{number}", WebhookKind.CHARGE_DECLINED, order_id)
        await report(exchange, again)
    await exchange.bid(exchange.buyer, 10_000)
    assert len(await exchange.store.declines.since(exchange.buyer.user_id, MONDAY - DAY)) == 1


async def test_missing_card_outage_and_expired_window_are_not_declines(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_STAYS_PENDING)
    overdue = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    await exchange.later(timedelta(minutes=15))
    await report(exchange, Webhook("evt_1", WebhookKind.CHARGE_DECLINED, overdue))
    await exchange.app.users.set_payment_method(buyer, token=tokens.CARD)
    exchange.line.is_cut = True
    given_up = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    await exchange.later(timedelta(hours=1))
    exchange.line.is_cut = False
    await exchange.quiet()
    reasons = [(await exchange.order(order_id)).cancel_reason for order_id in (overdue, given_up)]
    assert reasons == [CancelReason.PAYMENT_OVERDUE, CancelReason.GIVEN_UP]
    assert not await exchange.store.declines.since(buyer.user_id, MONDAY - DAY)


# ---- forgiving -------------------------------------------------------------------------------


async def test_an_admin_forgives_declines_and_the_buyer_bids_again(exchange: Exchange) -> None:
    buyer = exchange.buyer
    for _ in range(3):
        await decline(exchange, buyer)
    forgive = exchange.app.payments.forgive_declines
    entry = await forgive(exchange.admin, buyer.user_id, reason=REASON)
    assert (entry.act.action, entry.act.reason) == (AuditAction.DECLINES_FORGIVEN, REASON)
    assert entry.act.facts == {"forgiven": 3}
    await exchange.bid(buyer, 10_000)
    for _ in range(2):
        await decline(exchange, buyer)  # forgiven declines do not count
    await exchange.bid(buyer, 10_000)


async def test_bids_stay_if_the_buyer_is_forgiven_before_they_leave(exchange: Exchange) -> None:
    buyer = exchange.buyer
    resting = (await exchange.bid(buyer, 10_000)).quote
    for _ in range(2):
        await decline(exchange, buyer)
    exchange.bus.failing["bidding.withdraw_of_barred:buyer.barred"] = 1
    await decline(exchange, buyer)
    await exchange.app.payments.forgive_declines(OPERATOR, buyer.user_id, reason=REASON)
    await exchange.quiet()
    assert (await exchange.store.quotes.get(resting.id)).status is QuoteStatus.ACTIVE


async def test_forgiving_needs_an_admin_a_reason_and_a_user(exchange: Exchange) -> None:
    forgive, buyer = exchange.app.payments.forgive_declines, exchange.buyer
    with pytest.raises(Forbidden):
        await forgive(buyer, buyer.user_id, reason=REASON)
    with pytest.raises(Forbidden):  # admins cannot forgive their own declines
        await forgive(exchange.admin, exchange.admin.user_id, reason=REASON)
    with pytest.raises(InvalidText):
        await forgive(exchange.admin, buyer.user_id, reason=" ")
    with pytest.raises(NotFound):
        await forgive(exchange.admin, UserId(exchange.app.adapters.ids.new()), reason=REASON)
