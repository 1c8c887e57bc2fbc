"""The tables of alarms, of signs of life, of the clock and the terms of the exchange."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, String, Table, Uuid

from .columns import Instant, metadata, partial_index, positive

alarms = Table(
    "alarms",
    metadata,
    Column("id", Uuid, primary_key=True),
    # A word without a CHECK, so that a new kind does not require rebuilding the table.
    Column("kind", String(32), nullable=False),
    Column("order_id", Uuid),
    Column("note", String, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("count", Integer, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", Uuid),
    Column("resolution", String),
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
