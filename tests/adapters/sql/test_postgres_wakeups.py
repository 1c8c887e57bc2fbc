"""Wake-ups between processes while PostgreSQL ends their connections."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.adapters.sql.messages.postgres_wakeups import PostgresWakeups
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import UserId

from ...ports.test_wakeups import DEADLINE, Waiting, meet

_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"


@pytest.fixture
async def processes(postgres_url: str) -> AsyncIterator[tuple[PostgresWakeups, PostgresWakeups]]:
    async with (
        PostgresWakeups(postgres_url, "wakeups") as one,
        PostgresWakeups(postgres_url, "wakeups") as other,
    ):
        await meet(one, other)
        yield one, other


@pytest.fixture
async def store(
    postgres_url: str,
    processes: tuple[PostgresWakeups, PostgresWakeups],
    clock: VirtualClock,
    ids: SeededIds,
) -> AsyncIterator[Store]:
    async with SqlDatabase(postgres_url) as database:
        yield build_sql_store(database, clock=clock, ids=ids, wakeups=processes[0])


async def end_connections(url: str) -> None:
    connection = await asyncpg.connect(url)
    assert len(await connection.fetch(_END, "wakeups")) == 2
    await connection.close()


async def test_a_lost_connection_is_opened_again_and_what_was_missed_is_made_up_for(
    postgres_url: str, processes: tuple[PostgresWakeups, PostgresWakeups]
) -> None:
    one, other = processes
    waiting = Waiting(other, "trade")
    await end_connections(postgres_url)
    await waiting.woken()  # nobody sent anything
    await meet(one, other)


async def test_while_the_connection_is_lost_sending_raises_nothing_and_wakes_this_process(
    postgres_url: str, processes: tuple[PostgresWakeups, PostgresWakeups]
) -> None:
    one, other = processes
    here, there = Waiting(one, "trade"), Waiting(other, "trade")
    await end_connections(postgres_url)
    one.send("trade")
    assert here.times == 1
    await there.woken()


async def test_what_is_sent_during_a_notification_is_in_the_next_one() -> None:
    wakeups = PostgresWakeups("postgresql://nobody@127.0.0.1:1/nothing")
    notified: list[list[str]] = []

    class Connection(PostgresConnection):
        """Is told of more while it notifies, twice, and is lost then."""

        def __init__(self) -> None:
            """Connect nowhere."""

        async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
            notified.append(values[1])
            if len(notified) == 3:
                raise Unavailable("the store")
            wakeups.send("trade")
            return []

    wakeups.send("trade")
    with pytest.raises(Unavailable):
        await wakeups._pass_on(Connection())
    assert notified == [["trade"]] * 3


async def test_without_a_server_a_process_starts_and_ends_as_usual() -> None:
    async with asyncio.timeout(DEADLINE):
        async with PostgresWakeups("postgresql://nobody@127.0.0.1:1/nothing") as wakeups:
            here = Waiting(wakeups, "trade")
            wakeups.send("trade")
            await here.woken()


async def test_a_relay_elsewhere_is_woken_by_a_commit_and_by_nothing_that_is_rolled_back(
    store: Store,
    processes: tuple[PostgresWakeups, PostgresWakeups],
    ids: SeededIds,
) -> None:
    async def add_and_fail() -> None:
        async with store.transaction():
            await store.outbox.add(UserRegistered(UserId(ids.new())))
            raise KeyError

    waiting = Waiting(processes[1], "outbox")
    with pytest.raises(KeyError):
        await add_and_fail()
    await meet(*processes)
    assert waiting.times == 0
    async with store.transaction():
        await store.outbox.add(UserRegistered(UserId(ids.new())))
    await waiting.woken()


async def test_what_is_sent_last_before_the_end_is_heard(postgres_url: str) -> None:
    async with PostgresWakeups(postgres_url) as staying:
        async with PostgresWakeups(postgres_url) as leaving:
            await meet(staying, leaving)
            waiting = Waiting(staying, "trade")
            leaving.send("trade")
        await waiting.woken()
