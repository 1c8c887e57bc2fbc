"""What revisions are made of. They never change, so neither does what they use."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB


def id_column(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column for a UUID."""
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def text(name: str, length: int | None = None, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column for a text."""
    return sa.Column(name, sa.String(length), nullable=nullable)


def instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column for an instant in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def integer(name: str) -> sa.Column[Any]:
    """Return a column for a number."""
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def bigint(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column for an amount or another large number."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def boolean(name: str) -> sa.Column[Any]:
    """Return a column for yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False)


def day(name: str) -> sa.Column[Any]:
    """Return a column for a date."""
    return sa.Column(name, sa.Date(), nullable=False)


def binary(name: str) -> sa.Column[Any]:
    """Return a column for bytes."""
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def counter(name: str) -> sa.Column[Any]:
    """Return a column that the database numbers."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=False)


def document(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column for a JSON text."""
    kind = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    return sa.Column(name, kind, nullable=nullable)


def word(name: str, words: Iterable[str], *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column for one of some words."""
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=nullable)


def book(*, nullable: bool = False) -> list[sa.Column[Any]]:
    """Return the columns that name a book."""
    return [
        id_column("product_id", nullable=nullable),
        text("size", 8, nullable=nullable),
        word("condition", ("new", "used", "damaged_box"), nullable=nullable),
    ]


def message() -> list[sa.Column[Any]]:
    """Return the columns of a message, but for its id."""
    return [
        text("key"),
        text("subject", 64),
        integer("version"),
        document("event"),
        instant("occurred_at"),
    ]


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    """Return a primary key."""
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    """Return a CHECK."""
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    """Return a constraint that no two rows have the same values in some columns."""
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key to another table's id."""
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def index(table: str, *columns: str) -> None:
    """Make an index."""
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def partial_index(
    name: str, table: str, *columns: str, where: str, postgresql: str = "", unique: bool = False
) -> None:
    """Make an index over some of the rows; `postgresql` is `where` in its words."""
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(postgresql or where),
    )
