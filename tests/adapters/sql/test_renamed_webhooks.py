"""Messages about webhooks from before revision 0046."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command

from .revisions import rows, run
from .test_migrate import execute

AT = "2026-03-01 12:00:00.000000"
MESSAGE = UUID(int=1).hex
OLD, NEW = "payments.handle_webhook:gateway.reported", "payments.handle_webhook:webhook.received"


def everything(path: Path) -> list[Any]:
    return [
        rows(path, "SELECT subject, event FROM outbox"),
        rows(path, "SELECT consumer, subject, event FROM deliveries"),
        rows(path, "SELECT consumer FROM inbox"),
    ]


@pytest.fixture
async def older(tmp_path: Path) -> Path:
    path = tmp_path / "older.db"
    await run(path, "0045", command.upgrade)
    event = '{"event_id":"evt_1"}'
    for insert in (
        f"""INSERT INTO outbox (id, key, subject, version, event, occurred_at, priority)
            VALUES ('{MESSAGE}', 'evt_1', 'gateway.reported', 1, '{event}', '{AT}', 0)""",
        f"INSERT INTO inbox VALUES ('{MESSAGE}', '{OLD}', '{AT}')",
        f"""INSERT INTO deliveries (message_id, consumer, id, key, subject, version, event,
                occurred_at, attempts, due_at, error, dead, queue, priority, turn)
            VALUES ('{MESSAGE}', '{OLD}', '{MESSAGE}', 'evt_1', 'gateway.reported', 1,
                '{event}', '{AT}', 0, '{AT}', '', 0, 'trade', 0, '')""",
    ):
        execute(path, insert)
    return path


async def test_messages_about_webhooks_are_renamed(older: Path) -> None:
    await run(older, "0046", command.upgrade)
    event = '{"webhook_id":"evt_1"}'
    assert everything(older) == [
        [("webhook.received", event)],
        [(NEW, "webhook.received", event)],
        [(NEW,)],
    ]


async def test_the_names_are_as_before_after_a_downgrade(older: Path) -> None:
    before = everything(older)
    await run(older, "0046", command.upgrade)
    await run(older, "0045", command.downgrade)
    assert everything(older) == before
