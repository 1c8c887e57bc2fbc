"""Keep the number of each book's sales and their total, and index a book's sales by time."""

from alembic import op

from solebook.adapters.sql.migrations.parts import bigint, book, check, key, partial_index

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turnovers",
        *book(),
        bigint("sales"),
        bigint("total"),
        key("turnovers", "product_id", "size", "condition"),
        check("turnovers", "sales", "sales >= 0"),
        check("turnovers", "total", "total >= 0"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO turnovers (product_id, size, condition, sales, total)"
        " SELECT product_id, size, condition, count(*), sum(price) FROM sales"
        " WHERE NOT voided GROUP BY product_id, size, condition"
    )
    partial_index(
        "ix_sales_of_book",
        "sales",
        "product_id",
        "size",
        "condition",
        "sold_at",
        "order_id",
        where="voided = 0",
        postgresql="NOT voided",
    )


def downgrade() -> None:
    op.drop_index("ix_sales_of_book", "sales")
    op.drop_table("turnovers")
