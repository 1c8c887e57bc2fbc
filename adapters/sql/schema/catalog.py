"""The tables of products and of reservations of stock."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, String, Table, Uuid

from ....ports.language.catalog import ReservationStatus
from .columns import (
    Instant,
    book_columns,
    is_word,
    metadata,
    not_negative,
    partial_index,
    word,
)

products = Table(
    "products",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("style_code", String, nullable=False),
    # Null for an old product whose style code duplicates an earlier one, which is refused now.
    Column("style_key", String, unique=True),
    Column("brand", String, nullable=False),
    Column("model", String, nullable=False),
    Column("colorway", String, nullable=False),
    Column("retail_price", BigInteger, nullable=False),
    Column("release_date", Date, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    not_negative("retail_price"),
)

product_images = Table(
    "product_images",
    metadata,
    Column("product_id", Uuid, ForeignKey("products.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("url", String, nullable=False),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)

sizes = Table(
    "sizes",
    metadata,
    Column("product_id", Uuid, ForeignKey("products.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("size", String(8), nullable=False),
    sqlite_with_rowid=False,
)

reservations = Table(
    "reservations",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("ask_id", Uuid, nullable=False),
    *book_columns(),
    Column("status", word(ReservationStatus, "status"), nullable=False),
    Column("reserved_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
partial_index(
    "uq_reservations_unit",
    reservations.c.ask_id,
    where=is_word(reservations.c.status, ReservationStatus.RESERVED, ReservationStatus.CONSUMED),
    unique=True,
)
partial_index(
    "ix_reservations_reserved",
    reservations.c.product_id,
    reservations.c.size,
    where=is_word(reservations.c.status, ReservationStatus.RESERVED),
)
