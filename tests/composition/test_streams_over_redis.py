"""Applications of one exchange that tell each other of books and orders over Redis pub/sub."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias
from uuid import uuid4

import msgspec
import pytest

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.book_views import Publication
from solebook.composition.application import Application
from solebook.composition.nats_bus import prepare_broker
from solebook.config.nats import NatsSettings
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings
from solebook.config.stream import StreamSettings
from solebook.ports.language.market import BookKey, BookView, Side
from solebook.ports.language.process_roles import ALL_ROLES
from solebook.ports.language.users import Actor

from ..nats_server import NatsServer
from ..rebuilt_book import RebuiltBook
from ..redis_connections import some_prefix
from ..valkey_server import ValkeyServer
from .redis_faults import FAULTS, hesitation
from .test_across import (
    ENGINE,
    HTTP,
    OTHERS,
    PATIENCE,
    SIZE,
    eventually,
    is_reached,
    join,
    new_book,
    process,
)

Fault: TypeAlias = Callable[[ValkeyServer, float], AbstractAsyncContextManager[None]]

pytestmark = pytest.mark.alone

DEEP = 1_000
WHOLE_WITHIN = 2.5
"""Seconds in which a follower has the last change after a fault."""


def over_redis(settings: Settings, server: ValkeyServer) -> Settings:
    redis = RedisSettings(url=server.url, prefix=some_prefix(), timeout=timedelta(seconds=1))
    return msgspec.structs.replace(settings, redis=redis)


async def over_nats_too(settings: Settings, server: NatsServer) -> Settings:
    settings = msgspec.structs.replace(
        settings,
        nats=NatsSettings(url=server.url, prefix=f"test-{uuid4().hex}"),
        stream=StreamSettings(between="redis"),
    )
    await prepare_broker(settings)
    return settings


@dataclass
class Trading:
    """An engine's process that trades in one book, and a process that follows it."""

    engine: Application
    reader: Application
    trader: Actor
    book: BookKey
    published: dict[int, BookView] = field(default_factory=dict)
    """The states of the book that the engine has published, by number."""
    read: list[BookView] = field(default_factory=list)
    """What `GET /book` would have answered in the other process."""
    rebuilt: list[BookView] = field(default_factory=list)
    """What somebody who follows the book there has made of it."""
    views: int = 0
    """How often they got it whole."""

    def follow(self) -> None:
        """Keep all states that are published from now on."""
        stream = self.engine.adapters.book_stream
        assert isinstance(stream, MemoryBookStream)
        views = stream.views

        def note(publication: Publication) -> None:
            view = views.view(self.book)
            assert view is not None
            self.published[view.seq] = view

        views.watch(note)

    async def is_published(self) -> bool:
        return bool(self.published) and bool(self.published[max(self.published)].bids)

    async def trade(self, chance: random.Random) -> None:
        """Place an ask or a bid, or withdraw what was placed."""
        bidding = self.engine.bidding
        place, lowest = chance.choice([(bidding.place_ask, 201), (bidding.place_bid, 180)])
        placed = await place(
            self.trader,
            product_id=self.book.product_id,
            size=SIZE,
            amount=100 * chance.randint(lowest, lowest + 18),
        )
        if chance.random() < 0.8:
            quote = placed.quote
            await bidding.cancel_quote(self.trader, quote.side, quote.id)

    async def read_it(self) -> None:
        """Read the book, until cancelled."""
        while True:
            self.read.append(await self.reader.adapters.book_views.get(self.book, DEEP))
            await asyncio.sleep(0.002)

    async def rebuild_it(self) -> None:
        """Follow the book, until cancelled."""
        copy = RebuiltBook()
        async with self.reader.adapters.book_stream.open() as stream:
            await stream.follow(self.book)
            while True:
                copy.tell(await stream.next())
                self.rebuilt.append(copy.view(self.book))
                self.views = copy.views

    async def has_caught_up(self) -> None:
        """Wait until whoever follows the book has its last state."""
        last = self.published[max(self.published)]
        async with asyncio.timeout(PATIENCE):
            while not self.rebuilt or self.rebuilt[-1] != last:  # noqa: ASYNC110  # others act
                await asyncio.sleep(0.005)

    def wrong(self, views: Sequence[BookView]) -> list[BookView]:
        """Return views of states in which the book never was.

        What was read from the store while Redis was away has no number of its own.
        """
        states = {(view.bids, view.asks) for view in self.published.values()}
        return [
            view
            for view in views
            if self.published.get(view.seq) != view and (view.bids, view.asks) not in states
        ]

    def inexact(self, views: Sequence[BookView]) -> list[BookView]:
        """Return views that the engine did not publish with their number."""
        return [view for view in views if self.published.get(view.seq) != view]


@asynccontextmanager
async def trading(settings: Settings) -> AsyncIterator[Trading]:
    """Trade in one process, and read and follow the book in another."""
    async with AsyncExitStack() as stack:
        engine, reader = [
            await stack.enter_async_context(process(settings, roles))
            for roles in (ALL_ROLES - HTTP, HTTP)
        ]
        await eventually(lambda: is_reached(engine))
        trader, book = await join(engine, "trader"), await new_book(engine)
        traded = Trading(engine, reader, trader, book)
        traded.follow()
        for place, amount in (
            (engine.bidding.place_ask, 23_000), (engine.bidding.place_bid, 17_000)
        ):  # fmt: skip
            await place(trader, product_id=book.product_id, size=SIZE, amount=amount)
        await eventually(traded.is_published)
        following = [asyncio.create_task(run()) for run in (traded.read_it, traded.rebuild_it)]
        try:
            await traded.has_caught_up()
            yield traded
        finally:
            for task in following:
                task.cancel()
            ended = await asyncio.gather(*following, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended


async def test_who_follows_a_book_in_another_process_gets_every_change(
    on_postgres: Settings, valkey_server: ValkeyServer
) -> None:
    chance = random.Random(5)
    async with trading(over_redis(on_postgres, valkey_server)) as traded:
        await traded.trade(chance)
        await traded.has_caught_up()
        before = traded.views  # it may have begun before the engine was heard
        for _ in range(300):
            await traded.trade(chance)
        await traded.has_caught_up()
    assert len(traded.rebuilt) > 5
    assert traded.inexact(traded.rebuilt) == []
    assert traded.inexact(traded.read) == []
    assert traded.views == before


@asynccontextmanager
async def unsubscribed(server: ValkeyServer, seconds: float) -> AsyncIterator[None]:
    """Redis closes the connections of all who listen, again and again."""

    async def close() -> None:
        while True:
            await asyncio.to_thread(server.command, "CLIENT", "KILL", "TYPE", "pubsub")
            await asyncio.sleep(0.3)

    closing = asyncio.create_task(close())
    try:
        yield
    finally:
        closing.cancel()
        with suppress(asyncio.CancelledError):
            await closing


@pytest.mark.parametrize("fault", [*FAULTS, unsubscribed], ids=lambda fault: fault.__name__)
async def test_who_follows_a_book_while_redis_fails_sees_nothing_wrong(
    on_postgres: Settings, own_valkey_server: ValkeyServer, fault: Fault, full: bool
) -> None:
    chance = random.Random(7)
    settings = over_redis(on_postgres, own_valkey_server)
    with hesitation() as late:
        async with trading(settings) as traded:
            for _ in range(5 if full else 1):
                async with fault(own_valkey_server, 3.0):
                    for _ in range(100):
                        await traded.trade(chance)
                await late.of(traded.has_caught_up)
    print(f"the last change was followed after {late.longest * 1000:.0f} ms")
    assert late.longest < WHOLE_WITHIN
    numbers = [view.seq for view in traded.rebuilt]
    assert numbers == sorted(numbers)
    assert traded.wrong(traded.rebuilt) == []
    assert traded.wrong(traded.read) == []
    assert all(view.bids or view.asks for view in traded.read)


async def test_parties_hear_of_their_orders_in_other_processes(
    on_postgres: Settings, valkey_server: ValkeyServer
) -> None:
    settings = over_redis(on_postgres, valkey_server)
    async with AsyncExitStack() as stack:
        engine, reader = [
            await stack.enter_async_context(process(settings, roles))
            for roles in (ALL_ROLES - HTTP, HTTP)
        ]
        await eventually(lambda: is_reached(engine))
        await trades_and_hears(stack, engine, engine, reader)


async def test_commands_go_over_nats_and_streams_over_redis(
    on_postgres: Settings, nats_server: NatsServer, valkey_server: ValkeyServer
) -> None:
    settings = await over_nats_too(over_redis(on_postgres, valkey_server), nats_server)
    async with AsyncExitStack() as stack:
        here, there, *_ = [
            await stack.enter_async_context(process(settings, roles))
            for roles in (HTTP, HTTP, ENGINE, OTHERS)
        ]
        await eventually(lambda: is_reached(here))
        await trades_and_hears(stack, here, here, there)


async def test_a_candidate_hears_what_the_engine_publishes_until_it_has_the_engine_itself(
    on_postgres: Settings, valkey_server: ValkeyServer
) -> None:
    settings = over_redis(on_postgres, valkey_server)
    async with AsyncExitStack() as stack:
        first = AsyncExitStack()
        one = await first.enter_async_context(process(settings, ALL_ROLES))
        await eventually(lambda: is_reached(one))
        other = await stack.enter_async_context(process(settings, ALL_ROLES))
        seller, book = await join(one, "seller"), await new_book(one)
        stream = await stack.enter_async_context(other.adapters.book_stream.open())
        copy = RebuiltBook()
        await stream.follow(book)
        await ask(one, seller, book, 20_000)
        while (Side.ASK, 20_000) not in copy.quantities:
            copy.tell(await asyncio.wait_for(stream.next(), PATIENCE))
        await first.aclose()
        await eventually(lambda: is_reached(other))
        await ask(other, seller, book, 21_000)
        while (Side.ASK, 21_000) not in copy.quantities:
            copy.tell(await asyncio.wait_for(stream.next(), PATIENCE))
        assert copy.quantities == {(Side.ASK, 20_000): 1, (Side.ASK, 21_000): 1}


async def ask(app: Application, seller: Actor, book: BookKey, amount: int) -> None:
    await app.bidding.place_ask(seller, product_id=book.product_id, size=SIZE, amount=amount)


async def trades_and_hears(
    stack: AsyncExitStack, app: Application, placing: Application, reader: Application
) -> None:
    """Trade in one process, and hear of the book and the order in another."""
    buyer, seller = await join(app, "buyer"), await join(app, "seller")
    book = await new_book(app)
    stream = await stack.enter_async_context(reader.adapters.book_stream.open())
    orders = await stack.enter_async_context(reader.adapters.order_stream.follow(buyer.user_id))
    await stream.follow(book)
    copy = RebuiltBook()
    await ask(placing, seller, book, 20_000)
    async with asyncio.timeout(PATIENCE):
        while (Side.ASK, 20_000) not in copy.quantities:
            copy.tell(await stream.next())
        bid = await placing.bidding.place_bid(
            buyer, product_id=book.product_id, size=SIZE, amount=20_000
        )
        assert bid.match is not None
        assert await orders.next() == bid.match.id
        while copy.quantities:
            copy.tell(await stream.next())
