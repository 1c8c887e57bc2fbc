"""Every delivery waits in a queue, each of which is one role's.

Those that had failed and were in no queue join the one of their consumer, in turns of their own.
"""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    check,
    id_column,
    instant,
    integer,
    key,
    message,
    partial_index,
    text,
    unique,
)

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_COLUMNS = (
    "message_id, consumer, id, key, subject, version, event, occurred_at, "
    "attempts, due_at, error, dead, {queue}, priority, turn"
)
_QUEUE = """COALESCE(queue, CASE
    WHEN consumer LIKE 'bidding.%' THEN 'matching'
    WHEN consumer LIKE 'search.%' THEN 'search'
    WHEN consumer LIKE 'analytics.%' THEN 'charts'
    WHEN consumer LIKE 'price_alerts.%' THEN 'price_alerts'
    ELSE 'trade' END)"""
_OF_ROLES = "('trade', 'matching', 'search', 'charts', 'price_alerts')"


def upgrade() -> None:
    op.execute(sa.text("CREATE TABLE deliveries_before AS SELECT * FROM deliveries"))
    op.drop_table("deliveries")
    _create(nullable=False, where="dead = 0", postgresql="NOT dead")
    _copy(_QUEUE)
    op.execute(
        sa.text(
            "INSERT INTO turns (queue, priority, turn, due_at)"  # noqa: S608  # names of queues alone
            " SELECT queue, priority, turn, min(due_at) FROM deliveries"
            f" WHERE NOT dead AND queue IN {_OF_ROLES}"
            " GROUP BY queue, priority, turn ORDER BY min(due_at)"
        )
    )


def downgrade() -> None:
    op.execute(sa.text(f"DELETE FROM turns WHERE queue IN {_OF_ROLES}"))  # noqa: S608  # as above
    op.execute(sa.text("CREATE TABLE deliveries_before AS SELECT * FROM deliveries"))
    op.drop_table("deliveries")
    in_a_queue = "queue IS NOT NULL"
    _create(
        nullable=True,
        where=f"dead = 0 AND {in_a_queue}",
        postgresql=f"NOT dead AND {in_a_queue}",
    )
    partial_index(
        "ix_deliveries_due",
        "deliveries",
        "due_at",
        "id",
        where="dead = 0 AND queue IS NULL",
        postgresql="NOT dead AND queue IS NULL",
    )
    _copy(f"CASE WHEN queue NOT IN {_OF_ROLES} THEN queue END")


def _create(*, nullable: bool, where: str, postgresql: str) -> None:
    op.create_table(
        "deliveries",
        id_column("message_id"),
        text("consumer"),
        id_column("id"),
        *message(),
        integer("attempts"),
        instant("due_at"),
        text("error"),
        boolean("dead"),
        text("queue", 32, nullable=nullable),
        integer("priority"),
        text("turn"),
        key("deliveries", "message_id", "consumer"),
        check("deliveries", "attempts", "attempts >= 0"),
        unique("deliveries", "id"),
    )
    partial_index("ix_deliveries_failed", "deliveries", "key", where="attempts > 0")
    partial_index(
        "ix_deliveries_of_turn",
        "deliveries",
        "queue",
        "priority",
        "turn",
        "due_at",
        "id",
        where=where,
        postgresql=postgresql,
    )
    partial_index(
        "ix_deliveries_oldest", "deliveries", "occurred_at", where="dead = 0", postgresql="NOT dead"
    )


def _copy(queue: str) -> None:
    columns, values = _COLUMNS.format(queue="queue"), _COLUMNS.format(queue=queue)
    op.execute(
        sa.text(
            f"INSERT INTO deliveries ({columns})"  # noqa: S608  # names of columns and queues alone
            f" SELECT {values} FROM deliveries_before"
        )
    )
    op.drop_table("deliveries_before")
