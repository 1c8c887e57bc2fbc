"""What every test stands on: a clock, ids and chance that a test owns, and a store in memory."""

from datetime import UTC, datetime

import pytest

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.memory_store import build_memory_store


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


@pytest.fixture
def ids(clock: VirtualClock) -> SeededIds:
    return SeededIds(seed=1, clock=clock)


@pytest.fixture
def randomness() -> SeededRandomness:
    return SeededRandomness(seed=2)


@pytest.fixture
def store(clock: VirtualClock, ids: SeededIds) -> Store:
    return build_memory_store(clock=clock, ids=ids)
