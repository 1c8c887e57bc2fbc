"""A price alert remembers the price that it last fired at."""

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

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_OF_BOOK = ("product_id", "size", "condition")


def upgrade() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM price_alerts")
    op.drop_table("price_alerts")
    op.create_table(
        "price_alerts",
        id_column("id"),
        id_column("user_id"),
        *book(),
        bigint("price"),
        instant("created_at"),
        instant("dropped_at", nullable=True),
        bigint("dropped_to", nullable=True),
        key("price_alerts", "id"),
        sa.UniqueConstraint(
            "user_id",
            *_OF_BOOK,
            "price",
            name=op.f("uq_price_alerts_user_id_product_id_size_condition_price"),
        ),
        check("price_alerts", "price", "price > 0"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO price_alerts SELECT *, NULL FROM kept")
    op.execute("DROP TABLE kept")
    op.create_index("ix_price_alerts_in_book", "price_alerts", [*_OF_BOOK, "price", "id"])
    index("price_alerts", "user_id", "id")
