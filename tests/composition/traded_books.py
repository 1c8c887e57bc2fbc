"""Order books that one process trades and another reads from Redis, and whether they are true."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.book_views import Publication
from solebook.adapters.redis.book_reader import RedisBookReader
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.engine import engine_of
from solebook.config.settings import Settings
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import BookKey, BookView, PriceLevel, Size
from solebook.ports.language.users import OPERATOR, Actor, Role

from ..redis_connections import PATIENCE
from ..served import ADDRESS
from .redis_faults import Hesitation

SIZES = ("9", "9.5", "10")
ADMIN = Actor(OPERATOR.user_id, frozenset({Role.ADMIN}))
DEEP = 1_000

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

    @asynccontextmanager
    async def busy(self, late: Hesitation, chance: random.Random) -> AsyncIterator[None]:
        """Trade and read all the time, until the block is left."""
        is_over = False

        async def trade() -> None:
            while not is_over:
                await late.of(lambda: self.trade(chance))

        trading, reading = asyncio.create_task(trade()), asyncio.create_task(self.read())
        try:
            yield
        finally:
            is_over = True
            await trading
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    def wrong(self) -> list[Answer]:
        """Return the answers that are not true."""
        return [answer for answer in self.answers if not self.is_true(answer)]

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
