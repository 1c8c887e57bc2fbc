"""Fixtures for the contract of BookStream."""

import pytest

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.market import BookKey

from ..records import Records
from .followed import INTERVAL, QUEUE, Market


@pytest.fixture(params=["memory"])
def market(clock: VirtualClock) -> Market:
    views = MemoryBookViews()
    stream = MemoryBookStream(views, clock, interval=INTERVAL, queue=QUEUE)
    return Market(views, stream, clock)


@pytest.fixture
def book(records: Records) -> BookKey:
    return records.book()
