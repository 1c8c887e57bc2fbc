"""The tape."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    book,
    boolean,
    check,
    id_column,
    instant,
    key,
    partial_index,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales",
        id_column("order_id"),
        *book(nullable=True),
        bigint("price", nullable=True),
        instant("sold_at", nullable=True),
        boolean("voided"),
        key("sales", "order_id"),
        check("sales", "price", "price > 0"),
        check("sales", "voided", "voided OR price IS NOT NULL"),
        sqlite_with_rowid=False,
    )
    for name, columns in (
        ("ix_sales_of_product", ("product_id", "order_id")),
        ("ix_sales_of_size", ("product_id", "size", "order_id")),
    ):
        partial_index(name, "sales", *columns, where="voided = 0", postgresql="NOT voided")
