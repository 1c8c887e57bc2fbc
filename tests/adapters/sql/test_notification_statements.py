"""How many statements notifications take on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import pytest

from solebook.adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store
from solebook.ports.language.events import MatchCreated, NotificationRequested
from solebook.ports.language.notifications import Channel

from ...core.notifications.messengers import Messengers, delivering, notifying
from ...ports.records import Records
from ...ports.shard import Shard

PORTION = 16


@pytest.fixture
async def store(postgres_url: str, clock: VirtualClock, ids: SeededIds) -> AsyncIterator[Store]:
    async with SqlDatabase(postgres_url) as database:
        yield build_sql_store(database, clock=clock, ids=ids)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first word of each statement that a connection runs."""
    statements: list[str] = []

    def noting(name: str) -> None:
        call = getattr(asyncpg.Connection, name)

        async def noted(self: asyncpg.Connection, sql: str, *values: Any, **named: Any) -> Any:
            statements.append(sql.split()[0])
            return await call(self, sql, *values, **named)

        monkeypatch.setattr(asyncpg.Connection, name, noted)

    for name in ("fetch", "fetchrow", "fetchmany", "execute", "executemany"):
        noting(name)
    return statements


async def test_notifications_of_a_portion_take_three_reads_and_one_write(
    store: Store,
    clock: VirtualClock,
    ids: SeededIds,
    records: Records,
    statements: list[str],
) -> None:
    product = records.product()
    shard = Shard(store, records, await store.books.take(0, clock.now()))
    trades = [await shard.trade(records.book(product.id)) for _ in range(PORTION)]
    async with store.transaction():
        await store.products.add(product)
        for trade in trades:
            await store.users.add(records.user(id=trade.order.buyer_id))
            await store.users.add(records.user(id=trade.order.seller_id))
    notify = notifying(store, clock, ids)
    events = [event for it in trades for event in it.events if isinstance(event, MatchCreated)]
    statements.clear()
    await notify(*events)
    assert statements == ["BEGIN", "SELECT", "SELECT", "SELECT", "WITH", "COMMIT"]
    for trade in trades:
        for user_id in (trade.order.buyer_id, trade.order.seller_id):
            assert await store.notifications.count_unread(user_id) == 1


async def test_mails_that_are_delivered_at_the_same_time_take_one_read(
    store: Store, records: Records, statements: list[str]
) -> None:
    users = [records.user() for _ in range(4)]
    told = [records.notification(user.id) for user in users]
    async with store.transaction():
        for user in users:
            await store.users.add(user)
        await store.notifications.add(*told)
    mailer = MemoryMailer()
    deliver = delivering(store, Messengers(mailer, MemoryTextMessenger(), MemoryPushMessenger()))
    statements.clear()
    await asyncio.gather(*(deliver(NotificationRequested(one.id, Channel.EMAIL)) for one in told))
    assert statements == ["SELECT"]
    assert [mail.to for mail in mailer.sent] == [user.email for user in users]
