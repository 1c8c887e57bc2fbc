"""Nothing trades in a halted book. Cancelling works, and returning asks wait until it opens."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from solebook.ports.language.errors import (
    BookHalted,
    NotFound,
    QuoteNotActive,
    TooManyOpenQuotes,
    Unavailable,
)
from solebook.ports.language.events import Event, MatchUnwound, QuotesWithdrawn
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import HaltId
from solebook.ports.language.market import (
    AskFate,
    BookKey,
    Condition,
    Match,
    Quote,
    QuoteStatus,
    Side,
    Size,
    WithdrawalReason,
)
from solebook.ports.language.rules import MarketRules

from .market import PRICE, Market, build_market


def halt_of(market: Market, **fields: Any) -> Halt:
    """A halt of the market's product, or of some of its books."""
    values: dict[str, Any] = {
        "id": HaltId(market.ids.new()),
        "product_id": market.book.product_id,
        "size": None,
        "condition": None,
        "halted_at": market.clock.now(),
    }
    return Halt(**values | fields)


@pytest.fixture
async def halt(market: Market) -> Halt:
    """A halt that stands."""
    return await market.engine.halt(halt_of(market))


async def told(market: Market, kind: type[Event]) -> list[Any]:
    messages = await market.adapters.store.outbox.unsent(10_000)
    return [m.event for m in messages if isinstance(m.event, kind)]


async def traded(market: Market, **ask: Any) -> Match:
    await market.ask(**ask)
    match = (await market.bid()).match
    assert match is not None
    return match


async def returned(market: Market, **ask: Any) -> Quote:
    """Return the ask of a match that was undone while its book is halted."""
    match = await traded(market, **ask)
    await market.engine.halt(halt_of(market))
    await market.engine.unwind(match.id, match.book, ask_returns=True)
    return await market.adapters.store.quotes.get(match.ask_id)


async def open_all(market: Market) -> None:
    for halt in await market.books.standing_halts():
        await market.engine.open(halt.id)


# ---- halting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("side", Side)
async def test_nothing_is_placed_or_repriced_in_a_halted_book(market: Market, side: Side) -> None:
    quote = (await market.engine.place(market.command(side))).quote
    await market.engine.halt(halt_of(market))
    with pytest.raises(BookHalted) as refused:
        await market.engine.place(market.command(side.opposite))
    assert refused.value.product_id == market.book.product_id
    with pytest.raises(BookHalted):
        await market.engine.place(market.command(side, ioc=True))
    with pytest.raises(BookHalted):
        await market.engine.reprice(quote, PRICE + 100)
    with pytest.raises(BookHalted):
        await market.engine.reprice(quote, expires_at=quote.expires_at + timedelta(days=1))
    assert await market.stored(quote) == quote


async def test_quotes_in_a_halted_book_are_cancelled_expire_and_are_withdrawn(
    market: Market,
) -> None:
    bids = [(await market.bid(days=1)).quote for _ in range(3)]
    await market.engine.halt(halt_of(market))
    await market.engine.cancel(bids[0])
    await market.engine.withdraw(bids[1], WithdrawalReason.ADMIN)
    await market.clock.advance(timedelta(days=1))
    await market.bidding.expire_quotes()
    assert [await market.status(bid) for bid in bids] == ["cancelled", "cancelled", "expired"]
    await market.assert_view_is_the_store()


@pytest.mark.parametrize(
    ("size", "condition", "halted"),
    [
        (None, None, {("9", "new"), ("9", "used"), ("10", "new"), ("10", "used")}),
        (Size("9"), None, {("9", "new"), ("9", "used")}),
        (None, Condition.USED, {("9", "used"), ("10", "used")}),
        (Size("10"), Condition.NEW, {("10", "new")}),
    ],
)
async def test_a_halt_covers_its_books_including_new_ones(
    market: Market,
    size: Size | None,
    condition: Condition | None,
    halted: set[tuple[str, str]],
) -> None:
    await market.engine.halt(halt_of(market, size=size, condition=condition))
    refused = set()
    for shoe in ("9", "10"):
        for state in (Condition.NEW, Condition.USED):
            book = BookKey(market.book.product_id, Size(shoe), state)
            try:
                await market.bid(book=book)
            except BookHalted:
                refused.add((shoe, state.value))
    assert refused == halted


async def test_other_products_continue_to_trade(market: Market, halt: Halt) -> None:
    other = BookKey((await market.add_product("9")).id, Size("9"))
    await market.ask(book=other)
    assert (await market.bid(book=other)).match is not None


async def test_halting_the_same_books_again_changes_nothing(market: Market, halt: Halt) -> None:
    commits = len(market.books.commits)
    assert await market.engine.halt(halt_of(market)) == halt
    assert await market.engine.halt(halt) == halt
    assert len(market.books.commits) == commits
    assert await market.engine.halt(halt_of(market, size=Size("9"))) != halt


async def test_a_repeated_message_does_not_restart_an_ended_halt(
    market: Market, halt: Halt
) -> None:
    ended = await market.engine.open(halt.id)
    assert await market.engine.halt(halt) == ended
    assert (await market.bid()).quote.status is QuoteStatus.ACTIVE


async def test_the_first_of_a_halt_and_a_placement_wins(market: Market) -> None:
    before, _, after = await asyncio.gather(
        market.bid(), market.engine.halt(halt_of(market)), market.bid(), return_exceptions=True
    )
    assert not isinstance(before, BaseException)
    assert isinstance(after, BookHalted)


# ---- opening ---------------------------------------------------------------------------------


async def test_an_opened_book_trades(market: Market, halt: Halt) -> None:
    ended = await market.engine.open(halt.id)
    assert ended.ended_at == market.clock.now()
    assert await market.adapters.store.halts.get(halt.id) == ended
    await market.ask()
    assert (await market.bid()).match is not None


async def test_opening_is_idempotent(market: Market, halt: Halt) -> None:
    ended = await market.engine.open(halt.id)
    await market.clock.advance(timedelta(hours=1))
    assert await market.engine.open(halt.id) == ended
    first, second = await asyncio.gather(
        market.engine.halt(again := halt_of(market)), market.engine.open(again.id)
    )
    assert (first.stands, second.stands) == (True, False)


async def test_an_unknown_halt_cannot_end(market: Market) -> None:
    with pytest.raises(NotFound):
        await market.engine.open(HaltId(market.ids.new()))


async def test_a_book_opens_when_its_last_halt_ends(market: Market, halt: Halt) -> None:
    narrow = await market.engine.halt(halt_of(market, size=market.book.size))
    await market.engine.open(halt.id)
    with pytest.raises(BookHalted):
        await market.bid()
    await market.bid(book=BookKey(market.book.product_id, Size("10")))
    await market.engine.open(narrow.id)
    await market.bid()


# ---- asks that wait --------------------------------------------------------------------------


async def test_an_ask_that_returns_to_a_halted_book_waits_outside(market: Market) -> None:
    ask = await returned(market)
    assert (ask.status, ask.match_id) == (QuoteStatus.WAITING, None)
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}
    (event,) = await told(market, MatchUnwound)
    assert event.ask is AskFate.WAITING
    await market.assert_view_is_the_store()


async def test_waiting_asks_enter_in_order_of_arrival_and_may_trade(market: Market) -> None:
    matches = [await traded(market) for _ in range(3)]
    bids = [(await market.bid(PRICE + 100 * n)).quote for n in range(2)]
    await market.engine.halt(halt_of(market))
    for match in reversed(matches):
        await market.engine.unwind(match.id, match.book, ask_returns=True)
    await open_all(market)
    asks = [await market.adapters.store.quotes.get(match.ask_id) for match in matches]
    assert [ask.status for ask in asks] == ["matched", "matched", "active"]
    assert [ask.match_id for ask in asks[:2]] == [
        (await market.stored(bid)).match_id for bid in reversed(bids)
    ]
    assert asks[2].sequence > asks[1].sequence > asks[0].sequence
    await market.assert_view_is_the_store()


async def test_a_waiting_ask_is_cancelled_by_its_owner(market: Market) -> None:
    ask = await returned(market)
    cancelled = await market.engine.cancel(ask)
    assert cancelled.status is QuoteStatus.CANCELLED
    await open_all(market)
    assert await market.stored(ask) == cancelled
    with pytest.raises(QuoteNotActive):
        await market.engine.cancel(ask)


async def test_a_waiting_ask_is_not_repriced(market: Market) -> None:
    ask = await returned(market)
    with pytest.raises(BookHalted):
        await market.engine.reprice(ask, PRICE + 100)


async def test_a_waiting_ask_expires(market: Market) -> None:
    ask = await returned(market, days=1)
    await market.clock.advance(timedelta(days=1))
    assert await market.bidding.expire_quotes() == 1
    assert await market.status(ask) is QuoteStatus.EXPIRED


async def test_an_overdue_ask_does_not_enter(market: Market) -> None:
    ask = await returned(market, days=1)
    await market.clock.advance(timedelta(days=1))
    await open_all(market)
    assert await market.status(ask) is QuoteStatus.EXPIRED
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}


async def test_a_waiting_ask_is_withdrawn_with_its_owners_quotes(market: Market) -> None:
    ask = await returned(market)
    suspended = WithdrawalReason.SUSPENDED
    assert await market.engine.withdraw_all(ask.user_id, tuple(Side), suspended) == 1
    assert await market.status(ask) is QuoteStatus.CANCELLED


async def test_a_waiting_ask_of_a_suspended_owner_does_not_enter(market: Market) -> None:
    seller = await market.join()
    ask = await returned(market, user_id=seller.user_id)
    await market.suspend(seller)
    await open_all(market)
    assert await market.status(ask) is QuoteStatus.CANCELLED
    (event,) = await told(market, QuotesWithdrawn)
    assert (event.reason, event.count) == (WithdrawalReason.SUSPENDED, 1)


async def test_a_waiting_ask_that_reaches_only_its_owners_bids_is_withdrawn(
    market: Market,
) -> None:
    match = await traded(market)
    own = (await market.bid(user_id=match.seller_id)).quote
    await market.engine.halt(halt_of(market))
    await market.engine.unwind(match.id, match.book, ask_returns=True)
    await open_all(market)
    (event,) = await told(market, QuotesWithdrawn)
    assert (event.user_id, event.reason) == (match.seller_id, WithdrawalReason.OWN_COUNTERPART)
    assert [quote.id for quote in event.quotes] == [match.ask_id]
    assert await market.stored(own) == own


async def test_an_entering_ask_may_withdraw_another_waiting_ask_of_a_suspended_owner(
    market: Market,
) -> None:
    """The bid that it reaches is of a suspended user, whose quotes are withdrawn, this one too."""
    suspended = await market.join()
    first = await traded(market)
    second = await traded(market, user_id=suspended.user_id)
    bid = (await market.bid(user_id=suspended.user_id)).quote
    await market.engine.halt(halt_of(market))
    for match in (first, second):
        await market.engine.unwind(match.id, match.book, ask_returns=True)
    await market.suspend(suspended)
    await open_all(market)
    entered, withdrawn = [
        await market.adapters.store.quotes.get(match.ask_id) for match in (first, second)
    ]
    assert entered.status is QuoteStatus.ACTIVE
    assert withdrawn.status is await market.status(bid) is QuoteStatus.CANCELLED
    (event,) = await told(market, QuotesWithdrawn)
    assert (event.user_id, event.count) == (suspended.user_id, 2)
    await market.assert_view_is_the_store()


async def test_a_waiting_ask_counts_as_an_open_quote() -> None:
    market = build_market(rules=MarketRules(max_open_quotes=1))
    await market.engine.start()
    ask = await returned(market)
    elsewhere = BookKey((await market.add_product("9")).id, Size("9"))
    with pytest.raises(TooManyOpenQuotes):
        await market.ask(user_id=ask.user_id, book=elsewhere)
    await market.engine.stop()


# ---- what stays, and what is seen ------------------------------------------------------------


async def test_halts_and_waiting_asks_survive_a_restart(market: Market) -> None:
    ask = await returned(market)
    await market.engine.stop()
    again = await market.restarted()
    with pytest.raises(BookHalted):
        await again.bid()
    assert (await again.view()).halted
    await open_all(again)
    assert await again.stored(ask) == Quote(
        **{name: getattr(ask, name) for name in Quote.__dataclass_fields__}
        | {"status": QuoteStatus.ACTIVE}
    )
    assert (await again.bid()).match is not None
    await again.engine.stop()


async def test_a_halt_whose_commit_failed_does_not_stand(market: Market) -> None:
    await market.bid()
    market.books.failures.append(RuntimeError("the disk is full"))
    with pytest.raises(Unavailable):
        await market.engine.halt(halt_of(market))
    await market.ask(PRICE + 100)
    assert not (await market.view()).halted


async def test_a_halt_that_was_committed_stands_although_the_answer_was_lost(
    market: Market,
) -> None:
    market.books.late_failures.append(RuntimeError("the connection broke"))
    with pytest.raises(Unavailable):
        await market.engine.halt(halt_of(market))
    with pytest.raises(BookHalted):
        await market.bid()
    assert (await market.view()).halted


async def test_an_opening_whose_commit_failed_leaves_the_ask_waiting(market: Market) -> None:
    ask = await returned(market)
    (halt,) = await market.books.standing_halts()
    market.books.failures.append(RuntimeError("the disk is full"))
    with pytest.raises(Unavailable):
        await market.engine.open(halt.id)
    assert await market.stored(ask) == ask
    with pytest.raises(BookHalted):
        await market.bid()
    await market.engine.open(halt.id)
    assert (await market.bid()).match is not None


async def test_the_public_sees_which_books_are_halted(market: Market) -> None:
    await market.bid()
    halt = await market.engine.halt(halt_of(market))
    assert (await market.view()).halted
    assert (await market.view(BookKey(market.book.product_id, Size("13")))).halted
    await market.engine.open(halt.id)
    assert not (await market.view()).halted


async def test_halts_that_could_not_be_shown_are_shown_later(market: Market) -> None:
    market.views.are_away = True
    await market.engine.halt(halt_of(market))
    market.views.are_away = False
    await market.clock.advance(timedelta(seconds=2))
    assert (await market.view()).halted
