"""How long sent messages are kept where the exchange's clock is moved."""

from datetime import UTC, datetime, timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.clock import AdjustableClock
from solebook.composition.adapters import Store
from solebook.ports.language.messages import Position

from .records import Records

KEPT_FOR = timedelta(minutes=5)


@pytest.fixture
def real() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


@pytest.fixture
def clock(real: VirtualClock) -> AdjustableClock:
    """The clock of a demo, on which the store is built."""
    return AdjustableClock(real=real)


async def test_messages_are_kept_in_real_time_though_the_clock_is_moved(
    store: Store, records: Records, clock: AdjustableClock, real: VirtualClock
) -> None:
    async with store.transaction():
        await store.outbox.add(records.event(), records.event())
    sent = await store.outbox.unsent(10)
    async with store.transaction():
        await store.sent_messages.move([message.id for message in sent], Position("one", 2))

    clock.advance(timedelta(days=14))
    async with store.transaction():
        assert await store.sent_messages.forget(KEPT_FOR) == 0

    await real.advance(KEPT_FOR + timedelta(seconds=1))
    async with store.transaction():
        assert await store.sent_messages.forget(KEPT_FOR) == 2
