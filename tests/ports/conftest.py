"""Every contract suite runs over every adapter that is built here."""

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.memory_store import build_memory_store

from .records import Records
from .shard import Shard


@pytest.fixture(params=["memory"])
async def store(request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds) -> Store:
    """An empty store of each technology."""
    return build_memory_store(clock=clock, ids=ids)


@pytest.fixture
def records(clock: VirtualClock, ids: SeededIds) -> Records:
    return Records(ids=ids, clock=clock)


@pytest.fixture
async def shard(store: Store, records: Records, clock: VirtualClock) -> Shard:
    return Shard(store, records, await store.books.take(0, clock.now()))
