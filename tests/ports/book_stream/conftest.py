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


@pytest.fixture(params=["memory", "nats"])
async def market(
    request: pytest.FixtureRequest, clock: VirtualClock, market_here: Market
) -> AsyncIterator[Market]:
    """Books and their stream, in one process or in two."""
    if request.param == "memory":
        yield market_here
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
