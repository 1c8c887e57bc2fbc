import pytest

from solebook.adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.users import User

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
