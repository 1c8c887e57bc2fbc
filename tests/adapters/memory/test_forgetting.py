"""Long-lived data in memory is bounded."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.books import MemoryBooks
from solebook.adapters.memory.database import MemoryDatabase
from solebook.adapters.memory.deadlines import MemoryDeadlines
from solebook.adapters.memory.destinations import MemoryDestinations
from solebook.adapters.memory.orders import MemoryOrders
from solebook.adapters.memory.outbox import MemoryOutbox
from solebook.adapters.memory.payments import MemoryPayments
from solebook.adapters.memory.rate_limits import MemoryRateLimits
from solebook.adapters.memory.revoked_sessions import MemoryRevokedSessions
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.errors import RateLimited, Unavailable
from solebook.ports.language.ids import SessionId
from solebook.ports.language.market import QuoteStatus
from solebook.ports.language.rate_limits import RateLimit

from ...ports.records import Records

LIMIT = RateLimit(burst=2, per_second=1)


async def test_full_buckets_are_forgotten(clock: VirtualClock) -> None:
    limits = MemoryRateLimits(clock)
    for n in range(4_000):
        await limits.take(f"client-{n}", LIMIT)
        if n % 100 == 0:
            await clock.advance(timedelta(seconds=1))
    # Each is full again after a second, in which 100 come.
    assert len(limits._buckets) <= 1_024


async def test_a_bucket_that_is_not_full_is_remembered(clock: VirtualClock) -> None:
    limits = MemoryRateLimits(clock)
    for _ in range(2):
        await limits.take("spender", LIMIT)
    for n in range(5_000):
        await limits.take(f"client-{n}", LIMIT)
    with pytest.raises(RateLimited):
        await limits.take("spender", LIMIT)


async def test_sessions_whose_tokens_have_expired_are_forgotten(
    clock: VirtualClock, ids: SeededIds
) -> None:
    revoked = MemoryRevokedSessions(clock)
    for _ in range(1_000):
        await revoked.add(SessionId(ids.new()), clock.now() + timedelta(minutes=15))
        await clock.advance(timedelta(minutes=1))
    assert len(revoked._until) <= 16


async def test_messages_that_were_sent_are_forgotten(clock: VirtualClock, ids: SeededIds) -> None:
    database = MemoryDatabase()
    outbox = MemoryOutbox(database, clock=clock, ids=ids)
    records = Records(ids, clock)
    async with database():
        await outbox.add(*(records.event() for _ in range(5)))
    first, *rest = await outbox.unsent(10)
    async with database():
        await outbox.mark_sent([message.id for message in rest])
    assert list(database.tables.outbox) == [first.id]
    assert not database.tables.sent


async def test_days_on_which_nothing_falls_due_any_more_are_forgotten(
    clock: VirtualClock, ids: SeededIds
) -> None:
    database = MemoryDatabase()
    deadlines = MemoryDeadlines(database)
    orders, outbox = MemoryOrders(database), MemoryOutbox(database, clock=clock, ids=ids)
    books = MemoryBooks(
        database,
        orders=orders,
        destinations=MemoryDestinations(database),
        payments=MemoryPayments(database),
        deadlines=deadlines,
        outbox=outbox,
        clock=clock,
    )
    records = Records(ids, clock)
    order_id, book = records.order_id(), records.book()
    owner = await books.take(0, clock.now())
    for _ in range(30):
        async with database():
            await deadlines.set(records.deadline(order_id, due_at=clock.now()))
        async with database():
            await deadlines.clear(order_id, list(DeadlineKind))
        ask = records.ask(book)
        await books.commit(owner, records.batch(ask))
        gone = replace(ask, status=QuoteStatus.CANCELLED)
        await books.commit(owner, records.batch(changed={gone.id: gone}))
        await clock.advance(timedelta(days=1))
    assert not database.tables.deadlines_on_day
    assert not database.tables.standing_on_day


async def test_a_day_is_kept_when_its_emptying_is_undone(
    clock: VirtualClock, ids: SeededIds
) -> None:
    database = MemoryDatabase()
    deadlines = MemoryDeadlines(database)
    records = Records(ids, clock)
    deadline = records.deadline(records.order_id(), due_at=clock.now())
    async with database():
        await deadlines.set(deadline)

    async def clear_and_fail() -> None:
        async with database():
            await deadlines.clear(deadline.order_id, [deadline.kind])
            raise Unavailable(what="anything")

    with pytest.raises(Unavailable):
        await clear_and_fail()
    assert list(await deadlines.due(clock.now(), 1)) == [deadline]
