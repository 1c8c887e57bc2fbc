"""The tables of products and of the stock that is promised to orders."""

from alembic import op

from ..parts import (
    bigint,
    check,
    day,
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

TABLES = (
    "products",
    "product_images",
    "sizes",
    "reservations",
)


def create() -> None:
    op.create_table(
        "products",
        id_column("id"),
        text("style_code"),
        text("style_key", nullable=True),
        text("brand"),
        text("model"),
        text("colorway"),
        bigint("retail_price"),
        day("release_date"),
        instant("created_at"),
        integer("version"),
        key("products", "id"),
        check("products", "retail_price", "retail_price >= 0"),
        unique("products", "style_key"),
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
        id_column("product_id"),
        text("size", 8),
        word("condition", ("new", "used", "damaged_box")),
        word("status", ("reserved", "consumed", "released", "removed")),
        instant("reserved_at"),
        key("reservations", "order_id"),
        sqlite_with_rowid=False,
    )
    partial_index(
        "ix_reservations_reserved",
        "reservations",
        "product_id",
        "size",
        where="status = 'reserved'",
    )
    partial_index(
        "uq_reservations_unit",
        "reservations",
        "ask_id",
        where="status IN ('reserved', 'consumed')",
        unique=True,
    )
