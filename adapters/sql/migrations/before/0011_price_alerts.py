"""Prices that users watch."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    book,
    check,
    id_column,
    index,
    instant,
    key,
)

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    of_book = ("product_id", "size", "condition")
    op.create_table(
        "price_alerts",
        id_column("id"),
        id_column("user_id"),
        *book(),
        bigint("price"),
        instant("created_at"),
        instant("dropped_at", nullable=True),
        key("price_alerts", "id"),
        sa.UniqueConstraint(
            "user_id",
            *of_book,
            "price",
            name=op.f("uq_price_alerts_user_id_product_id_size_condition_price"),
        ),
        check("price_alerts", "price", "price > 0"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_price_alerts_in_book", "price_alerts", [*of_book, "price", "id"])
    index("price_alerts", "user_id", "id")
