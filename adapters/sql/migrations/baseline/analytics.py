"""The table of the tape."""

from alembic import op

from ..parts import bigint, boolean, check, id_column, instant, key, partial_index, text, word

TABLES = ("sales",)


def create() -> None:
    op.create_table(
        "sales",
        id_column("order_id"),
        id_column("product_id", nullable=True),
        text("size", 8, nullable=True),
        word("condition", ("new", "used", "damaged_box"), nullable=True),
        bigint("price", nullable=True),
        instant("sold_at", nullable=True),
        boolean("voided"),
        key("sales", "order_id"),
        check("sales", "price", "price > 0"),
        check("sales", "voided", "voided OR price IS NOT NULL"),
        sqlite_with_rowid=False,
    )
    partial_index(
        "ix_sales_of_product",
        "sales",
        "product_id",
        "order_id",
        where="voided = 0",
        postgresql="NOT voided",
    )
    partial_index(
        "ix_sales_of_size",
        "sales",
        "product_id",
        "size",
        "order_id",
        where="voided = 0",
        postgresql="NOT voided",
    )
