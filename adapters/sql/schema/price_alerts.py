"""The table of price alerts."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, UniqueConstraint, Uuid, true

from .columns import Instant, book_columns, metadata, partial_index, positive

price_alerts = Table(
    "price_alerts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    *book_columns(),
    Column("price", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("dropped_at", Instant),
    Column("dropped_to", BigInteger),
    Column("told_at", Instant),
    Column("missed", Boolean, nullable=False),
    UniqueConstraint("user_id", "product_id", "size", "condition", "price"),
    positive("price"),
    sqlite_with_rowid=False,
)
_book = price_alerts.c.product_id, price_alerts.c.size, price_alerts.c.condition
Index("ix_price_alerts_in_book", *_book, price_alerts.c.price, price_alerts.c.id)
Index(None, price_alerts.c.user_id, price_alerts.c.id)
# Alerts that did not fire because they rested.
partial_index(
    "ix_price_alerts_missed", price_alerts.c.told_at, where=price_alerts.c.missed == true()
)
