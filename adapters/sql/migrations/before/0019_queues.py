"""Deliveries wait in queues, where turns are taken."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    check,
    counter,
    id_column,
    index,
    instant,
    integer,
    key,
    message,
    partial_index,
    text,
    unique,
)

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KEPT = (
    "message_id, consumer, id, key, subject, version, event, occurred_at, "
    "attempts, due_at, error, dead"
)
# What was in the only queue there was; an id as text, as the store writes it in a turn.
_QUEUE = "CASE WHEN queued THEN 'letters' END"
_ID = (
    "substr(id, 1, 8) || '-' || substr(id, 9, 4) || '-' || substr(id, 13, 4) || '-' || "
    "substr(id, 17, 4) || '-' || substr(id, 21)"
)
_NORMAL = 1


def upgrade() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM deliveries")
    op.drop_table("deliveries")
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
        text("queue", 32, nullable=True),
        integer("urgency"),
        text("turn"),
        key("deliveries", "message_id", "consumer"),
        unique("deliveries", "id"),
        check("deliveries", "attempts", "attempts >= 0"),
    )
    op.execute(
        f"INSERT INTO deliveries ({_KEPT}, queue, urgency, turn) "  # noqa: S608  # names of columns alone
        f"SELECT {_KEPT}, {_QUEUE}, {_NORMAL}, {_ID} FROM kept"
    )
    op.execute("DROP TABLE kept")
    op.create_table(
        "turns",
        counter("place"),
        text("queue", 32),
        integer("urgency"),
        text("turn"),
        instant("due_at"),
        key("turns", "place"),
        sa.UniqueConstraint("queue", "urgency", "turn", name=op.f("uq_turns_queue_urgency_turn")),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO turns (queue, urgency, turn, due_at) SELECT queue, urgency, turn, due_at "
        "FROM deliveries WHERE queue IS NOT NULL AND NOT dead ORDER BY due_at, id"
    )
    index("turns", "queue", "urgency", "due_at", "place")
    _index_deliveries()


def _index_deliveries() -> None:
    partial_index(
        "ix_deliveries_due",
        "deliveries",
        "due_at",
        "id",
        where="dead = 0 AND queue IS NULL",
        postgresql="NOT dead AND queue IS NULL",
    )
    partial_index(
        "ix_deliveries_of_turn",
        "deliveries",
        "queue",
        "urgency",
        "turn",
        "due_at",
        "id",
        where="dead = 0 AND queue IS NOT NULL",
        postgresql="NOT dead AND queue IS NOT NULL",
    )
