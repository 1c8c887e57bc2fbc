"""The tables of the tape."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Uuid,
    false,
)

from ....ports.language.market import Condition
from .columns import (
    Instant,
    book_columns,
    metadata,
    not_negative,
    partial_index,
    positive,
    word,
)

sales = Table(
    "sales",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    # A sale can be voided before it is recorded; its other columns are null then.
    Column("product_id", Uuid),
    Column("size", String(8)),
    Column("condition", word(Condition, "condition")),
    Column("price", BigInteger),
    Column("sold_at", Instant),
    Column("voided", Boolean, nullable=False),
    Column("arrival", Integer, nullable=False, server_default="0"),
    Column("charted", Boolean, nullable=False, server_default=false()),
    positive("price"),
    CheckConstraint("voided OR price IS NOT NULL", name="voided"),
    sqlite_with_rowid=False,
)
_standing = ~sales.c.voided
partial_index("ix_sales_of_product", sales.c.product_id, sales.c.order_id, where=_standing)
partial_index(
    "ix_sales_of_size", sales.c.product_id, sales.c.size, sales.c.order_id, where=_standing
)
partial_index(
    "ix_sales_of_book",
    sales.c.product_id,
    sales.c.size,
    sales.c.condition,
    sales.c.sold_at,
    sales.c.arrival,
    where=_standing,
)
Index("ix_sales_of_instant", sales.c.product_id, sales.c.sold_at, sales.c.arrival, unique=True)
partial_index("ix_sales_not_charted", sales.c.order_id, where=~sales.c.charted)

turnovers = Table(
    "turnovers",
    metadata,
    *book_columns(),
    Column("sales", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    PrimaryKeyConstraint("product_id", "size", "condition"),
    not_negative("sales"),
    not_negative("total"),
    sqlite_with_rowid=False,
)
"""The number of a book's sales, without voided ones, and their total in minor units."""
