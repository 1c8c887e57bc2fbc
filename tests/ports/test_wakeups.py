"""Contract of Wakeups, between two processes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from solebook.adapters.memory.wakeups import MemoryWakeups
from solebook.ports.wakeups import OUTBOX, Wakeups

DEADLINE = 30.0
"""Seconds of real time after which a wake-up is lost."""


@pytest.fixture(params=["memory", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of the store that the processes share, if it has one."""
    return str(request.getfixturevalue("postgres_url")) if request.param == "postgres" else ""


@pytest.fixture
async def processes(url: str) -> AsyncIterator[tuple[Wakeups, Wakeups]]:
    if not url:
        in_process = MemoryWakeups()
        yield in_process, in_process
        return
    from solebook.adapters.sql.messages.postgres_wakeups import PostgresWakeups

    async with PostgresWakeups(url) as one, PostgresWakeups(url) as other:
        yield one, other


class Waiting:
    """Waits for a topic."""

    def __init__(self, wakeups: Wakeups, topic: str) -> None:
        self.topic = topic
        self.times = 0
        self._woken = asyncio.Event()
        wakeups.subscribe(topic, self._wake)

    def _wake(self) -> None:
        self.times += 1
        self._woken.set()

    async def woken(self) -> None:
        async with asyncio.timeout(DEADLINE):
            await self._woken.wait()
        self._woken.clear()


async def meet(*processes: Wakeups) -> None:
    """Return when each process hears the others."""
    for number, hearing in enumerate(processes):
        for sending in processes:
            topic = f"greeting {number}"
            waiting = Waiting(hearing, topic)
            async with asyncio.timeout(DEADLINE):
                while not waiting.times:
                    sending.send(topic)
                    await asyncio.sleep(0)


async def test_everyone_is_woken_also_in_the_process_that_sends(
    processes: tuple[Wakeups, Wakeups],
) -> None:
    one, other = processes
    await meet(one, other)
    waiting = [Waiting(one, OUTBOX), Waiting(one, OUTBOX), Waiting(other, OUTBOX)]
    for sending in (one, other):
        sending.send(OUTBOX)
        for each in waiting:
            await each.woken()


async def test_who_waits_for_something_else_is_not_woken(
    processes: tuple[Wakeups, Wakeups],
) -> None:
    one, other = processes
    await meet(one, other)
    waiting, of_another = Waiting(other, "trade"), Waiting(other, "letters")
    one.send("trade")
    await waiting.woken()
    assert of_another.times == 0


async def test_a_wake_up_that_is_sent_often_comes_at_least_once_more(
    processes: tuple[Wakeups, Wakeups],
) -> None:
    one, other = processes
    await meet(one, other)
    waiting = Waiting(other, OUTBOX)
    one.send(OUTBOX)
    await waiting.woken()
    for _ in range(1_000):
        one.send(OUTBOX)
    await waiting.woken()


async def test_topics_that_nobody_waits_for_are_not_kept() -> None:
    """Any role of the database may notify whatever it likes."""
    wakeups = MemoryWakeups()
    for number in range(10):
        wakeups.send(f"unknown {number}")
    assert len(wakeups._subscribers) == 0
