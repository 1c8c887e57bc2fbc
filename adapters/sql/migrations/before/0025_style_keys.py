"""One shoe has one style code however it is spelt, and sizes are of ASCII digits."""

import json
import logging
import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    check,
    id_column,
    instant,
    integer,
    key,
    text,
    unique,
)

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_log = logging.getLogger("solebook.migrations")

SIZE = re.compile(r"(?:[1-9]|1[0-9]|2[0-5])(?:\.5)?[WYCK]?")


def upgrade() -> None:
    _give_style_keys()
    _take_out_sizes()


def _give_style_keys() -> None:
    # SQLite adds a column behind the constraints, where no other table has one, so the table is
    # made anew. Migrations run without foreign keys: sizes and images keep what they refer to.
    op.execute(
        """\
        CREATE TEMPORARY TABLE kept AS SELECT *,
            lower(replace(replace(replace(style_code, '-', ''), '/', ''), ' ', '')) AS style_key
        FROM products"""
    )
    op.execute("CREATE INDEX temp.kept_style_key ON kept (style_key, id)")
    op.drop_table("products")
    op.create_table(
        "products",
        id_column("id"),
        text("style_code"),
        text("style_key", nullable=True),
        text("brand"),
        text("model"),
        text("colorway"),
        bigint("retail_price"),
        sa.Column("release_date", sa.Date(), nullable=False),
        instant("created_at"),
        integer("version"),
        key("products", "id"),
        unique("products", "style_key"),
        check("products", "retail_price", "retail_price >= 0"),
    )
    # Of several products with one style code the first has it; ids sort by time.
    op.execute(
        """\
        INSERT INTO products SELECT id, style_code,
            CASE WHEN id = (SELECT min(k.id) FROM kept k WHERE k.style_key = kept.style_key)
            THEN style_key END,
            brand, model, colorway, retail_price, release_date, created_at, version
        FROM kept"""
    )
    op.execute("DROP TABLE kept")
    products = sa.table("products", sa.column("style_key"))
    doubled = op.get_bind().scalar(
        sa.select(sa.func.count()).select_from(products).where(products.c.style_key.is_(None))
    )
    if doubled:
        _log.warning(
            "%d products have the style code of another product, spelt differently; they stay. "
            "`solebook admin style-codes` lists them",
            doubled,
        )


def _take_out_sizes() -> None:
    """Take sizes that are none out of their products, and tell the search of it."""
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT DISTINCT size FROM sizes")).scalars()
    wrong = [size for size in found if not SIZE.fullmatch(size)]
    touched: set[str] = set()
    for size in wrong:
        rows = sa.text("SELECT product_id FROM sizes WHERE size = :size")
        touched |= set(connection.execute(rows, {"size": size}).scalars())
        connection.execute(sa.text("DELETE FROM sizes WHERE size = :size"), {"size": size})
    outbox = sa.table(
        "outbox",
        *[
            sa.column(name)
            for name in ("id", "key", "subject", "version", "event", "occurred_at", "urgency")
        ],
    )
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    for product in sorted(touched):
        changed = {"id": product}
        connection.execute(
            sa.text("UPDATE products SET version = version + 1 WHERE id = :id"), changed
        )
        version = connection.execute(
            sa.text("SELECT version FROM products WHERE id = :id"), changed
        ).scalar_one()
        product_id = str(UUID(product))
        connection.execute(
            outbox.insert(),
            {
                "id": uuid4().hex,
                "key": product_id,
                "subject": "product.changed",
                "version": 1,
                "event": json.dumps({"product_id": product_id, "version": version}),
                "occurred_at": now,
                "urgency": 0,
            },
        )
    if wrong:
        _log.warning(
            "%d sizes that are none (%s) were taken out of %d products",
            len(wrong),
            ", ".join(map(ascii, sorted(wrong))),
            len(touched),
        )
