"""Histories and messages from before the steps got the names of their events (revision 0041)."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command

from solebook.ports.language.events import EVENTS
from solebook.ports.language.steps import ORDER_STEPS

from .revisions import rows, run
from .test_migrate import execute

AT = "2026-03-01 12:00:00.000000"
ORDERS = {
    "sold": "opened unit_reserved paid shipped received passed dispatched delivered paid_out",
    "failed": "opened unit_reserved paid shipped received failed refunded return_sent",
    "sent again": "opened delivered pair_arrived return_sent complained refund_granted",
    "refunded": "opened delivered refund_granted refunded_unasked pair_arrived return_sent",
    "upheld": "opened delivered complained complaint_upheld pair_arrived return_sent",
    "declined": "opened unit_reserved cancelled not_charged",
}
STEPS = {
    "sold": "match_created stock_reserved confirmed seller_shipped received auth_passed shipped "
    "delivered payout_paid",
    "failed": "match_created stock_reserved confirmed seller_shipped received auth_failed "
    "payment_refunded returned",
    "sent again": "match_created delivered pair_arrived shipped complained refund_granted",
    "refunded": "match_created delivered refund_granted payment_refunded_unasked pair_arrived "
    "returned",
    "upheld": "match_created delivered complained complaint_upheld pair_arrived returned",
    "declined": "match_created stock_reserved cancelled buyer_not_charged",
}
SUBJECTS = ("authentication.passed", "quote.withdrawn", "order.created", "user.registered")


def inserts() -> Iterator[str]:
    for order, (name, types) in enumerate(ORDERS.items(), start=1):
        for number, kind in enumerate(types.split(), start=1):
            content = json.dumps({"of": name})
            yield f"""INSERT INTO order_events VALUES
                ('{UUID(int=order).hex}', {number}, '{AT}', '{kind}', '{content}')"""
    for number, subject in enumerate(SUBJECTS, start=1):
        message = UUID(int=number).hex
        yield f"""INSERT INTO outbox (id, key, subject, version, event, occurred_at, priority)
            VALUES ('{message}', 'key', '{subject}', 1, '{{}}', '{AT}', 1)"""
        yield f"INSERT INTO inbox VALUES ('{message}', 'somebody.hears:{subject}', '{AT}')"
        yield f"""INSERT INTO deliveries (message_id, consumer, id, key, subject, version, event,
                occurred_at, attempts, due_at, error, dead, queue, priority, turn)
            VALUES ('{message}', 'somebody.hears:{subject}', '{message}', 'key', '{subject}', 1,
                '{{}}', '{AT}', 0, '{AT}', '', 0, NULL, 1, '')"""


@pytest.fixture
async def older(tmp_path: Path) -> Path:
    path = tmp_path / "older.db"
    await run(path, "0040", command.upgrade)
    for insert in inserts():
        execute(path, insert)
    return path


def history(path: Path, table: str) -> dict[str, str]:
    found = dict[str, list[str]]()
    content = "event" if table == "order_events" else "step"
    query = f"SELECT type, json_extract({content}, '$.of') FROM {table} ORDER BY order_id, number"
    for kind, name in rows(path, query):
        found.setdefault(name, []).append(kind)
    return {name: " ".join(types) for name, types in found.items()}


async def test_every_step_has_its_name_of_today_and_a_pair_was_sent_to_whom_it_went(
    older: Path,
) -> None:
    await run(older, "0041", command.upgrade)
    assert history(older, "order_steps") == STEPS
    assert {kind for types in STEPS.values() for kind in types.split()} <= ORDER_STEPS.keys()


async def test_messages_that_wait_have_subjects_that_are_heard_of(older: Path) -> None:
    await run(older, "0041", command.upgrade)
    expected = ["auth.passed", "quotes.withdrawn", "order.created", "user.registered"]
    assert set(expected) <= EVENTS.keys()
    for table in ("outbox", "deliveries"):
        assert [s for (s,) in rows(older, f"SELECT subject FROM {table} ORDER BY id")] == expected
    consumers = [f"somebody.hears:{subject}" for subject in expected]
    for table in ("inbox", "deliveries"):
        query = f"SELECT consumer FROM {table} ORDER BY message_id"
        assert [name for (name,) in rows(older, query)] == consumers


async def test_the_way_down_leads_to_what_was_there(older: Path) -> None:
    tables = ("order_events", "outbox", "inbox", "deliveries")
    before = {table: rows(older, f"SELECT * FROM {table}") for table in tables}
    await run(older, "0041", command.upgrade)
    await run(older, "0040", command.downgrade)
    assert {table: rows(older, f"SELECT * FROM {table}") for table in tables} == before


async def test_what_users_chose_to_read_in_the_app_is_kept_up_and_down(tmp_path: Path) -> None:
    path = tmp_path / "chosen.db"
    await run(path, "0044", command.upgrade)
    chosen = json.dumps([["welcome", ["email", "inbox"]], ["price_dropped", ["sms"]]])
    execute(
        path,
        f"""INSERT INTO notification_preferences
            VALUES ('{UUID(int=1).hex}', NULL, '[]', '{chosen}')""",
    )
    await run(path, "0045", command.upgrade)
    query = "SELECT channels FROM notification_preferences"
    assert rows(path, query) == [(chosen.replace("inbox", "in_app"),)]
    await run(path, "0044", command.downgrade)
    assert rows(path, query) == [(chosen,)]
