"""The tables of alarms, signs of life, the clock, the terms of the exchange, and its keys."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, String, Table, Uuid

from ..engine.sealing import sealed
from .columns import Instant, metadata, partial_index, positive

alarms = Table(
    "alarms",
    metadata,
    Column("id", Uuid, primary_key=True),
    # A word without a CHECK, so that a new kind does not require rebuilding the table.
    Column("kind", String(32), nullable=False),
    Column("order_id", Uuid),
    sealed("note", String()),
    Column("raised_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("count", Integer, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", Uuid),
    sealed("resolution", String(), nullable=True),
    positive("count"),
)
partial_index("ix_alarms_open", alarms.c.id, where=alarms.c.closed_at.is_(None))
partial_index(
    "ix_alarms_open_of_order",
    alarms.c.order_id,
    alarms.c.kind,
    where=alarms.c.closed_at.is_(None),
    unique=True,
)

sign_of_life = Table(
    "sign_of_life",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("noted_at", Instant, nullable=False),
    CheckConstraint("number = 1", name="number"),
)

clock_offset = Table(
    "clock_offset",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("microseconds", BigInteger, nullable=False),
    CheckConstraint("number = 1", name="number"),
)

clock_followers = Table(
    "clock_followers",
    metadata,
    Column("process", String(64), primary_key=True),
    Column("microseconds", BigInteger, nullable=False),
    Column("beats", BigInteger, nullable=False),
    positive("beats"),
)

exchange_terms = Table(
    "exchange_terms",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("currency", String(3), nullable=False),
    Column("shards", Integer, nullable=False),
    CheckConstraint("number = 1", name="number"),
    positive("shards"),
)

# The keys under which values may be sealed, so that a start without one of them is refused.
sealing_keys = Table(
    "sealing_keys",
    metadata,
    Column("id", String, primary_key=True),
    # The id, sealed under the key: another secret of the same id does not open it.
    Column("proof", String),
    sqlite_with_rowid=False,
)
