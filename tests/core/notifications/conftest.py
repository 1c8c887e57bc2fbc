from collections.abc import AsyncIterator

import pytest

from solebook.adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.users import User

from ...exchange import Exchange, build_exchange
from ...invariants import check_invariants
from ...ports.records import Records
from .messengers import Messengers


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids, clock)


@pytest.fixture
def user(records: Records) -> User:
    return records.user()


@pytest.fixture
def messengers() -> Messengers:
    return Messengers(MemoryMailer(), MemoryTextMessenger(), MemoryPushMessenger())


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """An open exchange, whose books are checked when the test is over."""
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await exchange.quiet()
    await check_invariants(exchange)
    await exchange.app.engine.stop()
