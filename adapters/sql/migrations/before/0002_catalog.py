"""Products, and the stock that is promised to orders."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    book,
    check,
    id_column,
    instant,
    integer,
    key,
    partial_index,
    refers,
    text,
    unique,
    word,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "products",
        id_column("id"),
        text("style_code"),
        text("brand"),
        text("model"),
        text("colorway"),
        bigint("retail_price"),
        sa.Column("release_date", sa.Date(), nullable=False),
        instant("created_at"),
        integer("version"),
        key("products", "id"),
        unique("products", "style_code"),
        check("products", "retail_price", "retail_price >= 0"),
    )
    op.create_table(
        "product_images",
        id_column("product_id"),
        integer("number"),
        text("url"),
        integer("position"),
        key("product_images", "product_id", "number"),
        refers("product_images", "product_id", "products"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sizes",
        id_column("product_id"),
        integer("number"),
        text("size", 8),
        key("sizes", "product_id", "number"),
        refers("sizes", "product_id", "products"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reservations",
        id_column("order_id"),
        id_column("ask_id"),
        *book(),
        word("status", ("reserved", "consumed", "released", "removed")),
        instant("reserved_at"),
        key("reservations", "order_id"),
        sqlite_with_rowid=False,
    )
    partial_index(
        "uq_reservations_unit",
        "reservations",
        "ask_id",
        where="status IN ('reserved', 'consumed')",
        unique=True,
    )
    partial_index(
        "ix_reservations_reserved",
        "reservations",
        "product_id",
        "size",
        where="status = 'reserved'",
    )
