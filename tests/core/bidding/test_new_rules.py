"""Rules that change under standing quotes: adopted at the start, or applied by an admin."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from solebook.composition.engine import apply_rules_of
from solebook.core.bidding.rules_change import QuotesOutsideRules
from solebook.ports.language.costs import FeesRise, SellerTerms, ShippingRise
from solebook.ports.language.errors import Forbidden, InvalidText
from solebook.ports.language.events import CostsRose, Event, QuotesWithdrawn
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import HaltId, UserId
from solebook.ports.language.market import (
    BookKey,
    Quote,
    QuoteStatus,
    Side,
    Size,
    WithdrawalReason,
)
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Quarter
from solebook.ports.language.rules import Lifetimes, MarketRules
from solebook.ports.language.standing_quotes import StandingCount
from solebook.ports.language.users import OPERATOR, Actor, Role

from .market import Market, build_market

E = TypeVar("E", bound=Event)

OLD = MarketRules()
DEAR = replace(OLD, min_amount=10_000, min_transaction_fee=5_000)
"""A lowest amount above what stands, and a fee that is more than what some asks ask for."""


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    """A market whose engine has stopped, so that another one may begin by other rules."""
    market = build_market(rules=OLD)
    await market.engine.start()
    yield market
    await market.engine.stop()


async def stopped(market: Market) -> Market:
    await market.engine.stop()
    return market


async def events(market: Market, kind: type[E]) -> list[E]:
    messages = await market.adapters.store.outbox.unsent(1_000)
    return [m.event for m in messages if isinstance(m.event, kind)]


async def owned(market: Market, quote: Quote) -> QuoteStatus:
    return (await market.adapters.store.quotes.get(quote.id)).status


# ---- at the start ----------------------------------------------------------------------------


async def test_the_first_rules_of_a_store_are_noted(market: Market) -> None:
    await stopped(market)
    assert await market.adapters.store.rules_in_force.find() == OLD


async def test_unchanged_rules_do_not_stop_the_start_and_notify_nobody(market: Market) -> None:
    await market.ask(2_500)
    again = await (await stopped(market)).restarted()
    assert await events(again, CostsRose) == []
    await again.engine.stop()


async def test_quotes_outside_the_new_rules_stop_the_start(market: Market) -> None:
    ask = (await market.ask(2_500)).quote
    await market.bid(2_400)
    await market.bid(9_900, book=replace(market.book, size=Size("10")))
    await market.ask(20_000)
    again = (await stopped(market)).in_another_process(rules=DEAR)
    with pytest.raises(QuotesOutsideRules, match="2 bids and 1 ask of 3 users") as refused:
        await again.engine.start()
    assert refused.value.outside == StandingCount(bids=2, asks=1, owners=3)
    assert "solebook admin apply-rules --reason TEXT" in str(refused.value)
    assert "from 10_000 to 10_000_000 in steps of 100. Start" in str(refused.value)
    assert not again.engine.is_running
    assert await again.adapters.store.rules_in_force.find() == OLD
    assert await owned(market, ask) is QuoteStatus.ACTIVE
    assert await events(again, QuotesWithdrawn) == []


async def test_a_start_that_is_refused_leaves_the_shard_to_the_engine_that_has_it(
    market: Market,
) -> None:
    await market.ask(2_500)
    with pytest.raises(QuotesOutsideRules):
        await market.in_another_process(rules=DEAR).engine.start()
    assert (await market.ask(2_600)).quote.status is QuoteStatus.ACTIVE
    await market.engine.stop()


@pytest.mark.parametrize(
    ("amount", "rules"),
    [
        (2_500, {"min_amount": 2_600}),
        (9_000_000, {"max_amount": 8_999_900}),
        (20_100, {"tick": 500}),
    ],
)
@pytest.mark.parametrize("side", Side)
async def test_an_amount_that_the_rules_do_not_allow_any_more_is_outside(
    market: Market, side: Side, amount: int, rules: dict[str, Any]
) -> None:
    await market.engine.place(market.command(side, amount))
    again = (await stopped(market)).in_another_process(rules=replace(OLD, **rules))
    with pytest.raises(QuotesOutsideRules) as refused:
        await again.engine.start()
    assert refused.value.outside.quotes == 1


async def test_with_the_rules_as_they_were_it_starts_again(market: Market) -> None:
    await market.ask(2_500)
    await stopped(market)
    with pytest.raises(QuotesOutsideRules):
        await market.in_another_process(rules=DEAR).engine.start()
    again = await market.restarted()
    assert again.engine.is_running
    await again.engine.stop()


async def test_lifetimes_and_counts_of_standing_quotes_stay(market: Market) -> None:
    owner = market.user_id()
    asks = [(await market.ask(20_000 + n * 100, user_id=owner, days=300)).quote for n in range(3)]
    rules = replace(OLD, ask_days=Lifetimes(1, 10, 5), max_open_quotes=1)
    again = await (await stopped(market)).restarted(rules=rules)
    assert [await market.stored(ask) for ask in asks] == asks
    assert await again.adapters.store.rules_in_force.find() == rules
    await again.engine.stop()


async def test_an_expired_quote_outside_the_rules_does_not_stop_the_start(market: Market) -> None:
    await market.ask(2_500, days=1)
    await stopped(market)
    await market.clock.advance(OLD.payout_hold)
    again = await market.restarted(rules=DEAR)
    assert again.engine.is_running
    await again.engine.stop()


async def test_a_store_with_unknown_rules_is_searched(market: Market) -> None:
    await market.ask(2_500)
    await stopped(market)
    market.adapters.store.rules_in_force._tables.rules_in_force.clear()  # type: ignore[attr-defined]  # as before it was noted
    with pytest.raises(QuotesOutsideRules):
        await market.in_another_process(rules=DEAR).engine.start()
    again = await market.restarted(rules=replace(OLD, shipping_fee=9_900))
    assert await events(again, CostsRose) == []  # nobody knows what it was
    assert await again.adapters.store.rules_in_force.find() == again.app.rules
    await again.engine.stop()


# ---- who is told of higher costs ---------------------------------------------------------------


async def test_owners_are_told_at_the_start_what_costs_them_more(market: Market) -> None:
    seller, buyer, both = (market.user_id() for _ in range(3))
    await market.ask(20_000, user_id=seller)
    await market.ask(30_000, user_id=seller)
    await market.ask(40_000, user_id=both)
    await market.bid(10_000, user_id=buyer)
    await market.bid(11_000, user_id=both)
    rules = replace(OLD, transaction_fees=(1_000, 850, 800, 750, 700), shipping_fee=1_600)
    again = await (await stopped(market)).restarted(rules=rules)
    was, now = SellerTerms(900, 500, 300), SellerTerms(1_000, 500, 300)
    told = await events(again, CostsRose)
    assert sorted(told, key=lambda event: event.key) == sorted(
        [
            CostsRose(seller, FeesRise(was, now, 2), None),
            CostsRose(buyer, None, ShippingRise(1_400, 1_600, 1)),
            CostsRose(both, FeesRise(was, now, 1), ShippingRise(1_400, 1_600, 1)),
        ],
        key=lambda event: event.key,
    )
    await again.engine.stop()
    third = await again.restarted()
    assert len(await events(third, CostsRose)) == 3  # and not once more
    await third.engine.stop()


async def test_only_asks_that_bring_less_count(market: Market) -> None:
    """A minimum of 700 touches no ask whose share is above that."""
    seller = market.user_id()
    await market.ask(5_000, user_id=seller)
    await market.ask(20_000, user_id=seller)
    await market.ask(20_000)
    again = await (await stopped(market)).restarted(rules=replace(OLD, min_transaction_fee=700))
    was, now = SellerTerms(900, 500, 300), SellerTerms(900, 700, 300)
    assert await events(again, CostsRose) == [CostsRose(seller, FeesRise(was, now, 1), None)]
    await again.engine.stop()


async def test_a_seller_is_told_the_terms_of_their_level(market: Market) -> None:
    seller = market.user_id()
    await market.ask(20_000, user_id=seller)
    store = market.adapters.store
    async with store.transaction():
        for _ in range(12):
            await store.seller_records.add(seller, Quarter.of(market.clock.now()), 100)
    thresholds = tuple(replace(one, sales=1_000) for one in OLD.level_thresholds)
    rules = replace(OLD, level_thresholds=thresholds)
    again = await (await stopped(market)).restarted(rules=rules)
    was, now = SellerTerms(850, 500, 300), SellerTerms(900, 500, 300)
    assert await events(again, CostsRose) == [CostsRose(seller, FeesRise(was, now, 1), None)]
    await again.engine.stop()


@pytest.mark.parametrize(
    "rules",
    [
        {"shipping_fee": 1_300},
        {"transaction_fees": (800, 750, 700, 650, 600)},
        {"processing_fee": 200},
        {"payout_hold": OLD.delivery_window},
    ],
)
async def test_nobody_is_told_of_what_costs_less_or_the_same(
    market: Market, rules: dict[str, Any]
) -> None:
    await market.ask(20_000)
    await market.bid(10_000)
    again = await (await stopped(market)).restarted(rules=replace(OLD, **rules))
    assert await events(again, CostsRose) == []
    await again.engine.stop()


# ---- applying them -----------------------------------------------------------------------------


async def applied(market: Market, rules: MarketRules) -> Market:
    """Apply the rules and return the market that starts by them."""
    await stopped(market)
    process = market.in_another_process(rules=rules)
    await apply_rules_of(process.app)(OPERATOR, reason="the rules changed")
    assert not process.engine.is_running
    return await market.restarted(rules=rules)


async def test_quotes_outside_the_rules_are_withdrawn_at_once_and_owners_notified(
    market: Market,
) -> None:
    owner, other = market.user_id(), market.user_id()
    low = [(await market.ask(amount, user_id=owner)).quote for amount in (2_500, 2_600)]
    bid = (await market.bid(2_400, user_id=owner)).quote
    fine = (await market.ask(20_000, user_id=owner)).quote
    others = (await market.bid(2_300, user_id=other)).quote
    commits = len(market.books.commits)
    again = await applied(market, DEAR)
    assert len(market.books.commits) == commits + 1
    for quote in (*low, bid, others):
        assert await owned(market, quote) is QuoteStatus.CANCELLED
    assert await owned(market, fine) is QuoteStatus.ACTIVE
    told = {event.user_id: event for event in await events(again, QuotesWithdrawn)}
    assert {user: event.count for user, event in told.items()} == {owner: 3, other: 1}
    assert {event.reason for event in told.values()} == {WithdrawalReason.OUTSIDE_RULES}
    assert await again.adapters.store.rules_in_force.find() == DEAR
    await again.assert_view_is_the_store()
    await again.engine.stop()


async def test_owners_whose_other_quotes_cost_more_are_told_too(market: Market) -> None:
    seller = market.user_id()
    await market.ask(2_500, user_id=seller)
    await market.ask(20_000, user_id=seller)
    again = await applied(market, DEAR)
    was, now = SellerTerms(900, 500, 300), SellerTerms(900, 5_000, 300)
    assert await events(again, CostsRose) == [CostsRose(seller, FeesRise(was, now, 1), None)]
    await again.engine.stop()


async def test_an_ask_that_waits_for_its_halted_book_is_withdrawn_too(market: Market) -> None:
    match = (await market.ask(2_500), await market.bid(2_500))[1].match
    assert match is not None
    halt = Halt(HaltId(market.ids.new()), market.book.product_id, None, None, market.clock.now())
    await market.engine.halt(halt)
    await market.engine.unwind(match.id, match.book, ask_returns=True)
    ask = await market.adapters.store.quotes.get(match.ask_id)
    assert ask.status is QuoteStatus.WAITING
    await stopped(market)
    with pytest.raises(QuotesOutsideRules, match="no bids and 1 ask of 1 user"):
        await market.in_another_process(rules=DEAR).engine.start()
    again = await applied(market, DEAR)
    assert await owned(market, ask) is QuoteStatus.CANCELLED
    [told] = await events(again, QuotesWithdrawn)
    assert (told.user_id, told.count) == (ask.user_id, 1)
    await again.engine.stop()


async def test_the_audit_log_has_the_request_and_its_outcome(market: Market) -> None:
    await market.ask(2_500)
    await market.bid(2_400)
    again = await applied(market, DEAR)
    outcome, asked = (await again.adapters.store.audit_log.page(PageRequest())).items
    assert (asked.act.action, asked.act.reason) == ("rules_applied", "the rules changed")
    assert asked.act.facts["bids_outside"] == asked.act.facts["asks_outside"] == 1
    assert asked.act.facts["changes"] == (
        "min_amount: 2500 -> 10000",
        "min_transaction_fee: 500 -> 5000",
    )
    assert (outcome.act.action, outcome.act.about) == ("carried_out", asked.id)
    assert outcome.act.facts == {"withdrawn": 2, "told_of_costs": 0}
    await again.engine.stop()


async def test_comparing_rules_changes_nothing(market: Market) -> None:
    ask = (await market.ask(2_500)).quote
    await market.ask(20_000)
    process = (await stopped(market)).in_another_process(rules=DEAR)
    change = await process.bidding.compare_rules()
    assert change.outside == StandingCount(asks=1, owners=1)
    assert len(change.dearer) == 1
    assert list(change.differences) == ["min_amount", "min_transaction_fee"]
    assert await owned(market, ask) is QuoteStatus.ACTIVE
    assert not await events(market, CostsRose)
    assert not await events(market, QuotesWithdrawn)
    assert await market.adapters.store.rules_in_force.find() == OLD
    assert not (await market.adapters.store.audit_log.page(PageRequest())).items


async def test_there_is_nothing_to_apply_where_the_rules_are_the_same(market: Market) -> None:
    process = (await stopped(market)).in_another_process()
    assert (await apply_rules_of(process.app)(OPERATOR, reason="to be sure")).is_none
    assert not (await market.adapters.store.audit_log.page(PageRequest())).items


async def test_only_an_admin_with_a_reason_applies_them(market: Market) -> None:
    process = (await stopped(market)).in_another_process(rules=DEAR)
    somebody = Actor(UserId(market.ids.new()), frozenset({Role.BUYER, Role.SELLER}))
    with pytest.raises(Forbidden):
        await apply_rules_of(process.app)(somebody, reason="I would like to")
    with pytest.raises(InvalidText):
        await apply_rules_of(process.app)(OPERATOR, reason=" ")


# ---- invalid sizes -----------------------------------------------------------------------------


async def test_quotes_in_invalid_sizes_are_withdrawn_at_the_start(market: Market) -> None:
    owner = market.user_id()
    odd = [BookKey(market.book.product_id, Size(text)) for text in ("1\u0660", "1\uff10")]
    asks = [(await market.ask(user_id=owner, book=book)).quote for book in odd]
    sound = (await market.ask(user_id=owner)).quote
    again = await (await stopped(market)).restarted()
    assert [await owned(market, ask) for ask in asks] == [QuoteStatus.CANCELLED] * 2
    assert await owned(market, sound) is QuoteStatus.ACTIVE
    [told] = await events(again, QuotesWithdrawn)
    assert (told.user_id, told.count, told.reason) == (owner, 2, WithdrawalReason.INVALID_SIZE)
    await again.assert_view_is_the_store(odd[0])
    await again.engine.stop()
    await (third := await again.restarted()).engine.stop()
    assert len(await events(third, QuotesWithdrawn)) == 1


async def test_no_withdrawal_is_logged_if_all_quotes_in_invalid_sizes_have_expired(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    odd = BookKey(market.book.product_id, Size("1\u0660"))
    ask = (await market.ask(book=odd)).quote
    await stopped(market)
    await market.clock.advance(ask.expires_at - market.clock.now())
    again = await market.restarted()
    assert await events(again, QuotesWithdrawn) == []
    assert "invalid sizes" not in caplog.text
    await again.engine.stop()
