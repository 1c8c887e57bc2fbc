"""What an older database holds is still there after the revisions that move it."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.migrate import configuration, connected
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, OrderId, UserId
from solebook.ports.language.messages import Delivery, Message
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Payout, PayoutState

OLDER = "0010"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B, C, D = (UUID(int=number) for number in range(1, 5))

ROWS = f"""
INSERT INTO failed_deliveries VALUES
    ('{A.hex}', 'welcome', '{B.hex}', 'key', 'user.registered', 1,
     '{{"user_id":"{C}","email":"user@example.com","first_name":"Test"}}',
     '2026-03-01 12:00:00.000000', 3, '2026-03-01 12:01:00.000000', 'Boom', 0),
    ('{A.hex}', 'audit', '{D.hex}', 'key', 'user.registered', 1,
     '{{"user_id":"{C}","email":"user@example.com","first_name":"Test"}}',
     '2026-03-01 12:00:00.000000', 15, '2026-03-01 12:01:00.000000', 'Boom', 1);
INSERT INTO payouts VALUES
    ('{A.hex}', '{B.hex}', 17600, 200, 'refused', '2026-03-01 12:00:00.000000',
     'acct_1', NULL, 'account_closed');
"""


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A database as it was before the revisions that move rows."""

    def upgrade(connection: Connection) -> None:
        command.upgrade(configuration(connection), OLDER)

    path = tmp_path / "older.db"
    async with connected(f"sqlite:///{path}") as connection:
        await connection.run_sync(upgrade)
    database = sqlite3.connect(path)
    database.executescript(ROWS)
    database.close()
    return path


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with open_sql_database(f"sqlite:///{path}") as database:
        clock = VirtualClock(NOW)
        yield build_sql_store(database, clock=clock, ids=SeededIds(1, clock))


async def test_failed_deliveries_wait_on_and_dead_ones_stay_dead(store: Store) -> None:
    event = UserRegistered(UserId(C), "user@example.com", "Test")
    message = Message(MessageId(A), "key", event, NOW)
    due_at = NOW + timedelta(minutes=1)
    waiting = Delivery(MessageId(B), "welcome", message, 3, due_at, "Boom")
    dead = Delivery(MessageId(D), "audit", message, 15, due_at, "Boom", dead=True)
    assert list(await store.deliveries.due(due_at, 10, queued=False)) == [waiting]
    assert list(await store.deliveries.due(due_at, 10, queued=True)) == []
    assert list((await store.dead_letters.page(PageRequest())).items) == [dead]


async def test_payouts_keep_what_they_say(store: Store) -> None:
    payout = Payout(
        order_id=OrderId(A),
        seller_id=UserId(B),
        amount=17_600,
        debt_settled=200,
        state=PayoutState.REFUSED,
        created_at=NOW,
        account="acct_1",
        reason="account_closed",
    )
    assert await store.payouts.find(payout.order_id) == payout
    assert await store.payouts.unpaid(payout.seller_id) == [payout]
