"""Fixtures for the contract of BookStream."""

from collections.abc import AsyncIterator

import pytest

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.market import BookKey

from ..records import Records
from .followed import INTERVAL, QUEUE, Market


@pytest.fixture
def market_here(clock: VirtualClock) -> Market:
    """Books and their stream, in one process."""
    views = MemoryBookViews()
    return Market(views, MemoryBookStream(views, clock, interval=INTERVAL, queue=QUEUE), clock)


@pytest.fixture(params=["memory", "nats", "redis"])
async def market(
    request: pytest.FixtureRequest, clock: VirtualClock, market_here: Market
) -> AsyncIterator[Market]:
    """Books and their stream, in one process or in two."""
    if request.param == "memory":
        yield market_here
        return
    if request.param == "redis":
        from ..mirrored_books import Told as ToldOverRedis
        from ..mirrored_books import engine_and_reader

        async with engine_and_reader(request.getfixturevalue("valkey_server")) as (one, other):
            stream = MemoryBookStream(other.shown, clock, interval=INTERVAL, queue=QUEUE)
            yield Market(ToldOverRedis(one, other), stream, clock)
        return
    from ..across_books import Told, books_of_two_processes

    server = request.getfixturevalue("nats_server")
    async with books_of_two_processes(server.url) as (engine, reader):
        shown = reader.adapter.mirror.shown
        stream = MemoryBookStream(shown, clock, interval=INTERVAL, queue=QUEUE)
        yield Market(Told(engine, reader), stream, clock)


@pytest.fixture
def book(records: Records) -> BookKey:
    return records.book()
