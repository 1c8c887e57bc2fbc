"""The metadata and the column types of the tables."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Index,
    Integer,
    MetaData,
    String,
    TextClause,
    Uuid,
    literal_column,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from ....ports.language.market import Condition
from ..engine import postgres, sqlite
from ..engine.sealing import sealed

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Counter = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database generates for each row. SQLite requires INTEGER for that."""

Document = JSON(none_as_null=True).with_variant(postgres.DOCUMENT, "postgresql")
"""A JSON text, encoded by msgspec; see payloads.py."""


def text_of(length: int) -> TypeEngine[str]:
    """Return the type of a sealed text that has up to `length` characters when it is opened."""
    # SQLite does not look at the length, and its tables were made with it.
    return String().with_variant(String(length), "sqlite")


class _Instant(TypeDecorator[datetime]):
    """An instant in UTC, to the microsecond; naive datetimes are refused (AssertionError)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        assert value.tzinfo is not None, f"{value} has no time zone"
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant, aware and in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


Instant = _Instant().with_variant(sqlite.InstantText(), "sqlite")  # type: ignore[no-untyped-call]  # of SQLAlchemy
"""An instant in UTC, to the microsecond; naive datetimes are refused (AssertionError)."""


def word(kind: type[StrEnum], name: str, *, grows: bool = False) -> Enum:
    """Return the type of a column for the words of `kind`, with a CHECK unless it `grows`.

    Without a CHECK, a new word does not require rebuilding the table.
    """
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=not grows,
        length=32,
        values_callable=lambda words: [word.value for word in words],
    )


def is_word(column: Column[Any], *words: StrEnum) -> ColumnElement[bool]:
    """Return the condition that a column has one of the words.

    They are literals because parameters prevent the use of a partial index.
    """
    literals: list[ColumnElement[Any]] = [literal_column(f"'{word.value}'") for word in words]
    return column == literals[0] if len(literals) == 1 else column.in_(literals)


def partial_index(
    name: str, *columns: Column[Any], where: ColumnElement[bool] | TextClause, unique: bool = False
) -> Index:
    """Return an index of only the rows that satisfy `where`."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def book_columns() -> list[Column[Any]]:
    """Return the columns that name a book."""
    return [
        Column("product_id", Uuid, nullable=False),
        Column("size", String(8), nullable=False),
        Column("condition", word(Condition, "condition"), nullable=False),
    ]


def message_columns(id_: str = "id") -> list[Column[Any]]:
    """Return the columns of a message, without its id, which is in the column `id_`."""
    return [
        Column("key", String, nullable=False),
        Column("subject", String(64), nullable=False),
        Column("version", Integer, nullable=False),
        # A message moves between tables, and its event with it.
        sealed("event", Document, place="messages.event", by=(id_,)),
        Column("occurred_at", Instant, nullable=False),
        Column("trace", String(55)),
    ]


def positive(column: str) -> CheckConstraint:
    """Return the constraint that a column is greater than zero."""
    return CheckConstraint(f"{column} > 0", name=column)


def not_negative(column: str) -> CheckConstraint:
    """Return the constraint that a column is zero or more."""
    return CheckConstraint(f"{column} >= 0", name=column)
