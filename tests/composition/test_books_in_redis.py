"""Order books that one process trades and another reads from a Redis that fails meanwhile."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

import msgspec
import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.book_views import Publication
from solebook.adapters.redis.book_reader import RedisBookReader
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.engine import engine_of
from solebook.composition.health import view_health_of
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import BookKey, BookView, PriceLevel, Size
from solebook.ports.language.users import OPERATOR, Actor, Role

from ..redis_connections import PATIENCE, connected, some_prefix
from ..served import ADDRESS
from ..valkey_server import ValkeyServer
from .redis_faults import FAULTS, hesitation

SIZES = ("9", "9.5", "10")
ADMIN = Actor(OPERATOR.user_id, frozenset({Role.ADMIN}))
DEEP = 1_000
TOLERATED = 0.5
"""Seconds by which an order may be late because of Redis."""
WHOLE_WITHIN = 2.0
"""Seconds in which Redis has all books again."""

Fault: TypeAlias = Callable[[ValkeyServer, float], AbstractAsyncContextManager[None]]
Levels: TypeAlias = tuple[Sequence[PriceLevel], Sequence[PriceLevel]]


@dataclass
class Answer:
    """A book as it was read while the engine published the states `since` to `until`."""

    view: BookView
    since: int
    until: int


@dataclass
class Exchange:
    """A process with the engine, and one that only reads."""

    engine: Application
    reader: Application
    trader: Actor
    books: Sequence[BookKey]
    published: dict[BookKey, list[BookView]] = field(default_factory=dict)
    """All states of each book."""
    answers: list[Answer] = field(default_factory=list)

    def follow(self) -> None:
        """Keep all states that are published from now on."""
        stream = self.engine.adapters.book_stream
        assert isinstance(stream, MemoryBookStream)
        views = stream.views
        for book in self.books:
            now = views.view(book)
            assert now is not None
            self.published[book] = [now]

        def hear(publication: Publication) -> None:
            view = views.view(publication.book)
            assert view is not None
            self.published[view.book].append(view)

        views.watch(hear)

    async def read(self) -> None:
        """Read books one by one and together, until cancelled."""
        views = self.reader.adapters.book_views
        while True:
            for book in self.books:
                since = len(self.published[book])
                view = await views.get(book, DEEP)
                self.answers.append(Answer(view, since, len(self.published[book])))
            for best in await views.best(list(self.books)):
                assert best.bids
                assert best.asks
            await asyncio.sleep(0.002)

    def is_true(self, answer: Answer) -> bool:
        """Whether the book was like that at its number, or while it was read from the store.

        The store may be ahead of what is published by a batch or two.
        """
        states = self.published[answer.view.book]
        while_read = states[max(0, answer.since - 2) : answer.until + 3]
        levels = levels_of(answer.view)
        return answer.view in states or any(levels_of(state) == levels for state in while_read)

    async def trade(self, chance: random.Random) -> None:
        """Place an ask or a bid, or withdraw what was placed."""
        book = chance.choice(self.books)
        if chance.random() < 0.5:
            placed = await self.engine.bidding.place_ask(
                self.trader, product_id=book.product_id, size=book.size,
                amount=100 * chance.randint(201, 220),
            )  # fmt: skip
        else:
            placed = await self.engine.bidding.place_bid(
                self.trader, product_id=book.product_id, size=book.size,
                amount=100 * chance.randint(180, 199),
            )  # fmt: skip
        if chance.random() < 0.8:
            quote = placed.quote
            await self.engine.bidding.cancel_quote(self.trader, quote.side, quote.id)


def levels_of(view: BookView) -> Levels:
    return view.bids, view.asks


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Exchange]:
    async with (
        open_application(settings) as engine,
        open_application(settings, migrate=False) as reader,
    ):
        await engine_of(engine).start()
        user = await engine.users.register_user(
            email="t@example.com", password="correct horse", first_name="A", last_name="Trader"
        )
        trader = Actor(user.id, user.roles)
        await engine.users.set_payment_method(trader, token=tokens.CARD)
        await engine.users.add_address(trader, **ADDRESS)
        await engine.users.set_payout_account(trader, account=tokens.ACCOUNT)
        product = await engine.catalog.create_product(
            ADMIN, style_code="DD1391-100", brand="Nike", model="Dunk Low", colorway="White",
            retail_price=11_000, release_date=date(2021, 3, 10), sizes=SIZES, images=(),
        )  # fmt: skip
        books = [BookKey(product.id, Size(size)) for size in SIZES]
        exchange, bidding = Exchange(engine, reader, trader, books), engine.bidding
        for book in books:
            for place, amount in ((bidding.place_ask, 23_000), (bidding.place_bid, 17_000)):
                await place(trader, product_id=book.product_id, size=book.size, amount=amount)
        exchange.follow()
        try:
            yield exchange
        finally:
            await engine_of(engine).stop()


async def in_redis(exchange: Exchange, reader: RedisBookReader) -> None:
    """Wait until Redis has all books as the engine has them."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Unavailable):
                found = await reader.read(exchange.books, DEEP)
                if [found.views.get(book) for book in exchange.books] == [
                    exchange.published[book][-1] for book in exchange.books
                ]:
                    return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_books_that_are_read_while_redis_fails_are_true(
    on_sqlite: Settings, own_valkey_server: ValkeyServer, fault: Fault, full: bool
) -> None:
    prefix, chance = some_prefix(), random.Random(11)
    redis = RedisSettings(url=own_valkey_server.url, prefix=prefix)
    settings = msgspec.structs.replace(on_sqlite, redis=redis)
    async with AsyncExitStack() as stack:
        exchange = await stack.enter_async_context(opened(settings))
        connection = await stack.enter_async_context(
            connected(own_valkey_server, prefix=prefix, pause=0.01)
        )
        late, whole = (stack.enter_context(hesitation()) for _ in range(2))
        redis_reader = RedisBookReader(connection, 1)
        await in_redis(exchange, redis_reader)
        reading = asyncio.create_task(exchange.read())
        stack.callback(reading.cancel)
        for _ in range(10 if full else 1):
            async with fault(own_valkey_server, 5.0 if full else 2.0):
                for _ in range(50):
                    await late.of(lambda: exchange.trade(chance))
            await whole.of(lambda: in_redis(exchange, redis_reader))
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    wrong = [answer for answer in exchange.answers if not exchange.is_true(answer)]
    print(
        f"{len(exchange.answers)} answers; the longest order took {late.longest * 1000:.0f} ms, "
        f"books were whole after {whole.longest * 1000:.0f} ms"
    )
    assert exchange.answers
    assert wrong == []
    assert late.longest < TOLERATED
    assert whole.longest < WHOLE_WITHIN


async def test_the_health_of_the_engine_says_how_far_redis_is_behind(
    on_sqlite: Settings, own_valkey_server: ValkeyServer
) -> None:
    redis = RedisSettings(url=own_valkey_server.url)
    settings = msgspec.structs.replace(on_sqlite, redis=redis)
    async with opened(settings) as exchange:
        view_health = view_health_of(exchange.engine)
        async with asyncio.timeout(PATIENCE):
            while (await view_health())["books in redis"].state != "are published":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        own_valkey_server.pause()
        await exchange.trade(random.Random(1))
        state = (await view_health())["books in redis"].state
        own_valkey_server.resume()
        assert state.startswith("1 wait")
