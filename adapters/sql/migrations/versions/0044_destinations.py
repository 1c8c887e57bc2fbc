# ruff: noqa: S608  # nothing comes from outside
"""Remove personal data from the history of orders and from events.

Destinations have their own table, and events name users only by id. The texts of complaints and of
the admins' answers are on the order, not in the events.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import document, id_column, key, refers

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

MESSAGES = ("outbox", "deliveries")
OPENING = "type = 'match_created'"


def upgrade() -> None:
    op.create_table(
        "destinations",
        id_column("order_id"),
        document("address"),
        key("destinations", "order_id"),
        refers("destinations", "order_id", "orders"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO destinations SELECT id, ship_to FROM orders WHERE ship_to IS NOT NULL")
    _run(f"UPDATE order_steps SET step = {_without('step', 'ship_to')} WHERE {OPENING}")
    op.drop_column("orders", "ship_to")
    for table in MESSAGES:
        for subject, fields in {
            "user.registered": ("email", "first_name"),
            "order.complained": ("reason",),
            "complaint.decided": ("answer",),
        }.items():
            _run(
                f"UPDATE {table} SET event = {_without('event', *fields)}"
                f" WHERE subject = '{subject}'"
            )


def downgrade() -> None:
    op.add_column("orders", document("ship_to", nullable=True))
    address = "(SELECT address FROM destinations WHERE destinations.order_id = {})"
    _run(f"UPDATE orders SET ship_to = {address.format('orders.id')}")
    kept = address.format("order_steps.order_id")
    _run(
        f"UPDATE order_steps SET step = {_with('step', 'ship_to', kept)}"
        f" WHERE {OPENING} AND order_id IN (SELECT order_id FROM destinations)"
    )
    op.drop_table("destinations")
    for table in MESSAGES:
        for field in ("email", "first_name"):
            _put_back(table, "user.registered", field, f"to_json({field})", "users", "user_id")
        for subject, field in {"order.complained": "reason", "complaint.decided": "answer"}.items():
            _put_back(table, subject, field, f"complaint -> '{field}'", "orders", "order_id")


def _put_back(table: str, subject: str, field: str, value: str, source: str, named_by: str) -> None:
    """Give an event its field again, or an empty text if nobody knows it any more."""
    if _is_sqlite():
        value = value.replace("to_json(", "json_quote(")
        same = f"{source}.id = replace(event ->> '{named_by}', '-', '')"
    else:
        value = value.replace("to_json(", "to_jsonb(")
        same = f"{source}.id::text = event ->> '{named_by}'"
    empty = "json_quote('')" if _is_sqlite() else "to_jsonb(''::text)"
    found = f"coalesce((SELECT {value} FROM {source} WHERE {same}), {empty})"
    _run(f"UPDATE {table} SET event = {_with('event', field, found)} WHERE subject = '{subject}'")


def _without(column: str, *fields: str) -> str:
    """Return the JSON of a column without some fields."""
    if _is_sqlite():
        return f"json_remove({column}, {_listed([f'$.{field}' for field in fields])})"
    return f"{column} - ARRAY[{_listed(fields)}]"


def _with(column: str, field: str, value: str) -> str:
    """Return the JSON of a column with one more field, whose value is JSON."""
    if _is_sqlite():
        return f"json_set({column}, '$.{field}', json({value}))"
    return f"jsonb_set({column}, '{{{field}}}', {value})"


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def _run(statement: str) -> None:
    # A colon would be taken for a parameter.
    op.execute(sa.text(statement.replace(":", r"\:")))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
