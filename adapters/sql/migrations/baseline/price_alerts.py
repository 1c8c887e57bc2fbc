"""The table of price alerts."""

from alembic import op

from ..parts import (
    bigint,
    boolean,
    check,
    id_column,
    index,
    instant,
    key,
    partial_index,
    text,
    unique,
    word,
)

TABLES = ("price_alerts",)


def create() -> None:
    op.create_table(
        "price_alerts",
        id_column("id"),
        id_column("user_id"),
        id_column("product_id"),
        text("size", 8),
        word("condition", ("new", "used", "damaged_box")),
        bigint("price"),
        instant("created_at"),
        instant("dropped_at", nullable=True),
        bigint("dropped_to", nullable=True),
        instant("told_at", nullable=True),
        boolean("missed"),
        key("price_alerts", "id"),
        check("price_alerts", "price", "price > 0"),
        unique("price_alerts", "user_id", "product_id", "size", "condition", "price"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_price_alerts_in_book",
        "price_alerts",
        ["product_id", "size", "condition", "price", "id"],
        unique=False,
    )
    index("price_alerts", "user_id", "id")
    partial_index(
        "ix_price_alerts_missed",
        "price_alerts",
        "told_at",
        where="missed = 1",
        postgresql="missed = true",
    )
