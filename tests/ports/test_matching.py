"""The contract of `Matching`: of one engine and of several, here and across the network."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.core.bidding.sharded_matching import ShardedMatching
from solebook.ports.language.errors import (
    BookHalted,
    IdempotencyKeyReused,
    NoCounterpart,
    NotFound,
    QuoteNotActive,
    SelfTrade,
)
from solebook.ports.language.events import QuotesWithdrawn
from solebook.ports.language.halts import Halt
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import HaltId, OrderId, QuoteId
from solebook.ports.language.market import BookKey, QuoteStatus, Side, Size, WithdrawalReason
from solebook.ports.language.placement import Placement
from solebook.ports.matching import Matching, ShardMatching

from ..core.bidding.market import PRICE, Market
from ..core.bidding.shards import Shards


@dataclass(frozen=True)
class Engine:
    """A market's engine, reached directly or over the network."""

    matching: Matching
    market: Market

    async def place(self, side: Side, amount: int = PRICE, **fields: Any) -> Placement:
        return await self.matching.place(self.market.command(side, amount, **fields))

    @property
    def clock(self) -> VirtualClock:
        return self.market.clock

    @property
    def books(self) -> list[BookKey]:
        """Books of the product, in all shards."""
        return [replace(self.market.book, size=Size(str(size))) for size in range(4, 12)]

    def halt(self) -> Halt:
        return Halt(
            id=HaltId(self.market.ids.new()),
            product_id=self.market.book.product_id,
            size=self.market.book.size,
            condition=None,
            halted_at=self.clock.now(),
        )


@pytest.fixture(params=["engine", "nats"])
async def engine(request: pytest.FixtureRequest, shards: int) -> AsyncIterator[Engine]:
    divided = await Shards.start(shards)
    matchings: list[ShardMatching] = [*divided.engines]
    async with AsyncExitStack() as stack:
        if request.param == "nats":
            from .network import across_network

            url = request.getfixturevalue("nats_server").url
            matchings = await stack.enter_async_context(across_network(url, divided.engines))
        matching = ShardedMatching(matchings) if shards > 1 else matchings[0]
        yield Engine(matching, divided.market)
    await divided.stop()


@pytest.fixture(params=[1, 3], ids=["one shard", "three shards"])
def shards(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


async def test_a_quote_that_finds_no_counterpart_rests(engine: Engine) -> None:
    command = engine.market.command(Side.BID)

    placement = await engine.matching.place(command)

    assert placement.match is None
    assert not placement.replayed
    quote = placement.quote
    assert (quote.id, quote.side, quote.user_id) == (command.id, Side.BID, command.user_id)
    assert (quote.book, quote.amount) == (command.book, command.amount)
    assert (quote.created_at, quote.expires_at) == (engine.clock.now(), command.expires_at)
    assert quote == await engine.market.stored(quote)


async def test_a_quote_that_reaches_another_is_matched(engine: Engine) -> None:
    ask = (await engine.place(Side.ASK)).quote

    placement = await engine.place(Side.BID, PRICE + 100)

    assert placement.match is not None
    assert placement.match.ask_id == ask.id
    assert placement.match.price == PRICE
    assert placement.quote.status is QuoteStatus.MATCHED


async def test_a_repeated_placement_is_one_quote(engine: Engine) -> None:
    command = engine.market.command(Side.BID)
    first = await engine.matching.place(command)

    again = await engine.matching.place(command)

    assert again == Placement(first.quote, None, replayed=True)


async def test_an_idempotency_key_answers_with_the_first_placement(engine: Engine) -> None:
    key = IdempotencyKey(engine.market.user_id(), "bids", "once", "fingerprint")
    first = await engine.place(Side.BID, key=key, user_id=key.user_id)

    again = await engine.place(Side.BID, key=key, user_id=key.user_id)

    assert again == replace(first, replayed=True)
    with pytest.raises(IdempotencyKeyReused) as reused:
        await engine.place(Side.BID, key=replace(key, fingerprint="x"), user_id=key.user_id)
    assert reused.value.key == "once"


async def test_a_refusal_has_its_data(engine: Engine) -> None:
    user_id = engine.market.user_id()
    ask = (await engine.place(Side.ASK, user_id=user_id)).quote

    with pytest.raises(SelfTrade) as refused:
        await engine.place(Side.BID, user_id=user_id)
    assert refused.value.resting_id == ask.id

    with pytest.raises(NoCounterpart) as alone:
        await engine.place(Side.BID, PRICE - 100, ioc=True)
    assert alone.value.best == PRICE


async def test_a_quote_is_repriced(engine: Engine) -> None:
    quote = (await engine.place(Side.BID)).quote
    later = quote.expires_at + timedelta(days=1)

    placement = await engine.matching.reprice(quote, PRICE + 100, later)

    assert (placement.quote.amount, placement.quote.expires_at) == (PRICE + 100, later)
    assert placement.quote.sequence > quote.sequence


async def test_a_reprice_may_match(engine: Engine) -> None:
    quote = (await engine.place(Side.BID, PRICE - 100)).quote
    await engine.place(Side.ASK)

    placement = await engine.matching.reprice(quote, PRICE)

    assert placement.match is not None
    assert placement.match.bid_id == quote.id


async def test_a_quote_is_cancelled_once(engine: Engine) -> None:
    quote = (await engine.place(Side.BID)).quote

    cancelled = await engine.matching.cancel(quote)

    assert cancelled == replace(quote, status=QuoteStatus.CANCELLED)
    with pytest.raises(QuoteNotActive) as refused:
        await engine.matching.cancel(quote)
    assert (refused.value.id, refused.value.status) == (quote.id, "cancelled")


async def test_an_overdue_quote_expires(engine: Engine) -> None:
    quote = (await engine.place(Side.BID, days=1)).quote
    assert (await engine.matching.expire(quote)).status is QuoteStatus.ACTIVE

    await engine.clock.advance(timedelta(days=2))

    assert (await engine.matching.expire(quote)).status is QuoteStatus.EXPIRED


async def test_a_quote_is_withdrawn(engine: Engine) -> None:
    quote = (await engine.place(Side.BID)).quote

    withdrawn = await engine.matching.withdraw(quote, WithdrawalReason.ADMIN, "a typing error")

    assert withdrawn.status is QuoteStatus.CANCELLED
    unknown = replace(quote, id=QuoteId(engine.market.ids.new()))
    with pytest.raises(NotFound):
        await engine.matching.withdraw(unknown, WithdrawalReason.ADMIN)


async def test_all_quotes_of_a_user_are_withdrawn(engine: Engine) -> None:
    user_id = engine.market.user_id()
    for amount in (PRICE, PRICE + 100):
        await engine.place(Side.BID, amount, user_id=user_id)
    await engine.place(Side.ASK, PRICE + 500, user_id=user_id)

    withdraw_all = engine.matching.withdraw_all
    assert await withdraw_all(user_id, [Side.BID], WithdrawalReason.ADMIN, "all bids") == 2
    assert await withdraw_all(user_id, set(Side), WithdrawalReason.ADMIN) == 1


async def test_all_quotes_of_a_user_are_withdrawn_in_all_books(engine: Engine) -> None:
    user_id = engine.market.user_id()
    for book in engine.books:
        await engine.place(Side.BID, user_id=user_id, book=book)

    reason = WithdrawalReason.ADMIN
    count = await engine.matching.withdraw_all(user_id, [Side.BID], reason, name="once")

    assert count == len(engine.books)
    messages = await engine.market.adapters.store.outbox.unsent(1_000)
    [told] = [m.event for m in messages if isinstance(m.event, QuotesWithdrawn)]
    assert (told.user_id, told.count) == (user_id, count)


async def test_a_match_is_unwound(engine: Engine) -> None:
    ask = (await engine.place(Side.ASK)).quote
    match = (await engine.place(Side.BID)).match
    assert match is not None

    await engine.matching.unwind(match.id, match.book, ask_returns=True)

    assert (await engine.market.stored(ask)).status is QuoteStatus.ACTIVE
    unknown = OrderId(engine.market.ids.new())
    with pytest.raises(NotFound):
        await engine.matching.unwind(unknown, match.book, ask_returns=False)


async def test_books_are_halted_and_opened(engine: Engine) -> None:
    halt = await engine.matching.halt(engine.halt())

    with pytest.raises(BookHalted) as refused:
        await engine.place(Side.BID)
    assert refused.value.size == engine.market.book.size

    opened = await engine.matching.open(halt.id)
    assert opened == replace(halt, ended_at=engine.clock.now())
    await engine.place(Side.BID)


async def test_a_halt_of_a_product_covers_all_its_books(engine: Engine) -> None:
    asks = [(await engine.place(Side.ASK, book=book)).quote for book in engine.books]
    matches = [(await engine.place(Side.BID, book=book)).match for book in engine.books]
    halt = await engine.matching.halt(replace(engine.halt(), size=None))
    assert await engine.matching.halt(replace(engine.halt(), size=None)) == halt
    for match in matches:
        assert match is not None
        await engine.matching.unwind(match.id, match.book, ask_returns=True)
        with pytest.raises(BookHalted):
            await engine.place(Side.BID, book=match.book)

    ended = await engine.matching.open(halt.id)

    assert await engine.matching.open(halt.id) == ended
    for ask in asks:
        assert (await engine.market.stored(ask)).status is QuoteStatus.ACTIVE


async def test_it_is_ready(engine: Engine) -> None:
    await engine.matching.check_ready()


async def test_a_repeated_cancellation_answers_with_its_effect(engine: Engine) -> None:
    quote = (await engine.place(Side.BID)).quote
    cancelled = await engine.matching.cancel(quote)

    assert await engine.matching.cancel(quote, again=True) == cancelled
    withdraw = engine.matching.withdraw
    assert await withdraw(quote, WithdrawalReason.ADMIN, again=True) == cancelled


@pytest.mark.parametrize("again", [False, True])
async def test_a_matched_quote_is_not_cancelled(engine: Engine, again: bool) -> None:
    quote = (await engine.place(Side.BID)).quote
    await engine.place(Side.ASK)

    with pytest.raises(QuoteNotActive) as refused:
        await engine.matching.cancel(quote, again=again)
    assert refused.value.status == "matched"


async def test_a_repeated_reprice_answers_with_its_effect(engine: Engine) -> None:
    quote = (await engine.place(Side.BID)).quote
    later = quote.expires_at + timedelta(days=1)
    moved = await engine.matching.reprice(quote, PRICE + 100, later)
    await engine.matching.halt(engine.halt())  # it would refuse a first one

    again = await engine.matching.reprice(quote, PRICE + 100, later, again=True)

    assert again == replace(moved, replayed=True)


async def test_a_repeated_reprice_answers_with_its_match(engine: Engine) -> None:
    quote = (await engine.place(Side.BID, PRICE - 100)).quote
    await engine.place(Side.ASK)
    matched = await engine.matching.reprice(quote, PRICE)

    again = await engine.matching.reprice(quote, PRICE, again=True)

    assert again == replace(matched, replayed=True)


@pytest.mark.parametrize("ended", ["cancelled", "matched at the old amount"])
async def test_a_repeated_reprice_without_effect_is_a_first_one(engine: Engine, ended: str) -> None:
    quote = (await engine.place(Side.BID)).quote
    assert (await engine.matching.reprice(quote, PRICE - 100, again=True)).match is None
    if ended == "cancelled":
        await engine.matching.cancel(quote)
    else:
        await engine.place(Side.ASK, PRICE - 100)

    with pytest.raises(QuoteNotActive):
        await engine.matching.reprice(quote, PRICE + 100, again=True)
