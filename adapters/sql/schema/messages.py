"""The tables of messages: outbox, sent messages, inbox, deadlines, deliveries."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    literal_column,
)

from ....ports.language.deadlines import DeadlineKind
from ..engine.sealing import sealed
from .columns import Counter, Instant, message_columns, metadata, not_negative, partial_index, word

outbox = Table(
    "outbox",
    metadata,
    # In commit order, because a writer blocks all others until it has committed.
    Column("sequence", Counter, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    *message_columns(),
    Column("priority", Integer, nullable=False),
    sqlite_autoincrement=True,
)
Index(None, outbox.c.priority, outbox.c.sequence)

sent_messages = Table(
    "sent_messages",
    metadata,
    # Its place in the outbox, to which it returns if it is sent again.
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    *message_columns(),
    Column("priority", Integer, nullable=False),
    Column("sent_at", Instant, nullable=False),
)
Index(None, sent_messages.c.sent_at)
Index(None, sent_messages.c.key)

broker_positions = Table(
    "broker_positions",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("stream", String(64), nullable=False),
    Column("last", BigInteger, nullable=False),
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
    Column("trace", String(55)),
    sqlite_with_rowid=False,
)
Index(None, deadlines.c.due_at)

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("consumer", String, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    *message_columns("message_id"),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    sealed("error", String()),
    Column("dead", Boolean, nullable=False),
    Column("queue", String(32), nullable=False),
    Column("priority", Integer, nullable=False),
    # A delivery without a shared turn uses its id.
    Column("turn", String, nullable=False),
    Column("claimed_by", String(64)),
    Column("claimed_until", Instant),
    not_negative("attempts"),
)
partial_index("ix_deliveries_failed", deliveries.c.key, where=deliveries.c.attempts > 0)
partial_index("ix_deliveries_dead", deliveries.c.id, where=deliveries.c.dead)
partial_index("ix_deliveries_oldest", deliveries.c.occurred_at, where=~deliveries.c.dead)
partial_index(
    "ix_deliveries_of_turn",
    deliveries.c.queue,
    deliveries.c.priority,
    deliveries.c.turn,
    deliveries.c.due_at,
    deliveries.c.id,
    where=~deliveries.c.dead,
)

partial_index(
    "ix_deliveries_claimed",
    deliveries.c.queue,
    deliveries.c.turn,
    where=deliveries.c.claimed_until.is_not(None),
)

turns = Table(
    "turns",
    metadata,
    # The sequence in which turns joined the lines of their queues.
    Column("place", Counter, primary_key=True),
    Column("queue", String(32), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("turn", String, nullable=False),
    Column("due_at", Instant, nullable=False),
    UniqueConstraint("queue", "priority", "turn"),
    sqlite_autoincrement=True,
)
IN_LINE = turns.c.place > literal_column("0")
"""A condition that every turn meets. Queries that read a line state it, to use the line's index.

Without it, PostgreSQL would use this index to find one turn, too, and read the whole line: while it
believes that the table is small, as when it made the plan, all indexes are equally fast for it.
"""
partial_index(
    "ix_turns_line",
    turns.c.queue,
    turns.c.priority,
    turns.c.due_at,
    turns.c.place,
    where=IN_LINE,
)
