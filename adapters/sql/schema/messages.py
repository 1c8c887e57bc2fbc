"""The tables of messages that wait: outbox, inbox, deadlines, deliveries."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Uuid

from ....ports.language.deadlines import DeadlineKind
from .columns import Counter, Instant, message_columns, metadata, not_negative, partial_index, word

outbox = Table(
    "outbox",
    metadata,
    # In order of commit, because a writer keeps all others out until it has committed.
    Column("sequence", Counter, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    *message_columns(),
    sqlite_autoincrement=True,
)

inbox = Table(
    "inbox",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("consumer", String, primary_key=True),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, inbox.c.at)

deadlines = Table(
    "deadlines",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("kind", word(DeadlineKind, "kind"), primary_key=True),
    Column("due_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, deadlines.c.due_at)

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("consumer", String, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    *message_columns(),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("error", String, nullable=False),
    Column("dead", Boolean, nullable=False),
    Column("queued", Boolean, nullable=False),
    not_negative("attempts"),
)
partial_index(
    "ix_deliveries_due", deliveries.c.queued, deliveries.c.due_at, where=~deliveries.c.dead
)
