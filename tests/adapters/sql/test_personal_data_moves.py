"""Personal data leaves the histories and the events of an older database (revision 0044)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection

from solebook.adapters.sql.migrate import configuration, connected

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
USER, GONE, KEPT, BARE = (UUID(int=number) for number in range(1, 5))
HOME = {"street": "1 Tëst Street", "city": "Testville", "country": "US"}
COMPLAINT = {"kind": "not_received", "reason": "It's gone", "answer": "so it is"}
EVENTS: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("user.registered", {"user_id": str(USER)}, {"email": "ü@example.com", "first_name": 'T"st'}),
    ("user.registered", {"user_id": str(GONE)}, {"email": "", "first_name": ""}),
    ("order.complained", {"order_id": str(KEPT), "kind": "lost"}, {"reason": "It's gone"}),
    ("complaint.decided", {"order_id": str(KEPT), "state": "upheld"}, {"answer": "so it is"}),
    ("order.cancelled", {"order_id": str(KEPT), "reason": "given_up"}, {}),
)
"""The subject of each event, what stays of it, and what goes."""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'older.db'}"
    request.getfixturevalue("empty_postgres")
    return str(request.getfixturevalue("empty_postgres_url"))


async def run(url: str, *todo: Callable[[Connection], object]) -> None:
    async with connected(url) as connection:
        for one in todo:
            await connection.run_sync(one)


def to(revision: str, how: Callable[..., None]) -> Callable[[Connection], None]:
    return lambda connection: how(configuration(connection), revision)


def fill(connection: Connection) -> None:
    def insert(table: str, **values: Any) -> None:
        known = sa.Table(table, sa.MetaData(), autoload_with=connection)
        row = {
            column.name: values.get(column.name, _any(column))
            for column in known.columns
            if column.name in values or not (column.nullable or column.autoincrement is True)
        }
        if connection.dialect.name == "sqlite":  # it does not tell that a text is a UUID
            row = {name: v.hex if isinstance(v, UUID) else v for name, v in row.items()}
        connection.execute(known.insert(), row)

    words = {"condition": "new", "status": "pending", "payment_status": "pending"}
    words |= {"stock_status": "reserved", "payout_status": "none", "return_status": "none"}
    insert("users", id=USER, email="ü@example.com", first_name='T"st')
    for order, home in ((KEPT, HOME), (BARE, None)):
        parties = {"buyer_id": USER, "seller_id": GONE, "seller_level": 1}
        insert(
            "orders", id=order, ship_to=home or sa.null(), complaint=COMPLAINT, **parties, **words
        )
        step: dict[str, Any] = {"match": {"price": 1}} | ({"ship_to": home} if home else {})
        insert("order_steps", order_id=order, number=1, type="match_created", step=step)
    for number, (subject, stays, goes) in enumerate(EVENTS, start=1):
        message: dict[str, Any] = {"subject": subject, "event": stays | goes}
        insert("outbox", sequence=number, id=UUID(int=number), **message)
        insert(
            "deliveries", message_id=UUID(int=number), id=UUID(int=number), dead=False, **message
        )


def _any(column: sa.Column[Any]) -> Any:
    kind = column.type.python_type
    if kind is datetime:
        return AT
    if isinstance(column.type, sa.JSON):
        return {}
    return UUID(int=9) if kind is UUID else kind(1)


def rows(connection: Connection, query: str) -> list[list[Any]]:
    return [[_read(value) for value in row] for row in connection.exec_driver_sql(query)]


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def everything(connection: Connection) -> list[list[list[Any]]]:
    return [
        rows(connection, query)
        for query in (
            "SELECT order_id, number, step FROM order_steps ORDER BY order_id",
            "SELECT id, ship_to FROM orders ORDER BY id",
            "SELECT id, event FROM outbox ORDER BY id",
            "SELECT id, event FROM deliveries ORDER BY id",
        )
    ]


async def test_histories_and_events_hold_no_personal_data_and_destinations_are_kept(
    url: str,
) -> None:
    def check(connection: Connection) -> None:
        assert rows(connection, "SELECT address FROM destinations") == [[HOME]]
        opening = {"match": {"price": 1}}
        assert rows(connection, "SELECT step FROM order_steps") == [[opening], [opening]]
        for table in ("outbox", "deliveries"):
            found = rows(connection, f"SELECT event FROM {table} ORDER BY id")
            assert found == [[stays] for _, stays, _ in EVENTS]

    await run(url, to("0043", command.upgrade), fill, to("0044", command.upgrade), check)


async def test_the_way_down_puts_it_back(url: str) -> None:
    found = list[Any]()

    def look(connection: Connection) -> None:
        found.append(everything(connection))

    await run(url, to("0043", command.upgrade), fill, look)
    await run(url, to("0044", command.upgrade), to("0043", command.downgrade), look)
    assert found[0] == found[1]
