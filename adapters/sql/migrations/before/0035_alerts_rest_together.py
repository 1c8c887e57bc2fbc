"""A user's price alerts on a book rest together, and it is noted what they miss meanwhile."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    book,
    boolean,
    check,
    id_column,
    index,
    instant,
    key,
    partial_index,
)

revision = "0035"
down_revision = "0034"
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
        instant("told_at", nullable=True),
        boolean("missed"),
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
    # The rests that run go on, each for all its user's alerts on the book.
    op.execute(
        "INSERT INTO price_alerts SELECT *, (SELECT max(other.dropped_at) FROM kept AS other "
        "WHERE other.user_id = kept.user_id AND other.product_id = kept.product_id "
        "AND other.size = kept.size AND other.condition = kept.condition "
        "AND other.dropped_at >= kept.created_at), false FROM kept"
    )
    op.execute("DROP TABLE kept")
    op.create_index("ix_price_alerts_in_book", "price_alerts", [*_OF_BOOK, "price", "id"])
    index("price_alerts", "user_id", "id")
    partial_index(
        "ix_price_alerts_missed", "price_alerts", "told_at", where="missed = 1", postgresql="missed"
    )
