"""SQL that each database writes in its own way; sqlite.py and postgres.py say how (ADR 0049)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeAlias

from sqlalchemy import (
    ARRAY,
    Boolean,
    ClauseElement,
    Column,
    ColumnElement,
    Insert,
    String,
    Table,
    bindparam,
    insert,
    literal_column,
)
from sqlalchemy.sql.base import SyntaxExtension
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import NullType

Change: TypeAlias = Callable[[Any, Any], dict[str, ColumnElement[Any]]]
"""Makes columns' values of the row that is there and the one that was to be inserted."""


# ---- inserting where a row may be ----------------------------------------------------------------


class OnConflict(SyntaxExtension, ClauseElement):
    """What an INSERT does about a row that has the same unique columns."""

    inherit_cache = False

    def __init__(
        self,
        unique: tuple[Column[Any], ...],
        where: ColumnElement[bool] | None = None,
        changed: Mapping[str, Any] | None = None,
    ) -> None:
        """Leave the row alone, or change it to `changed`, which is by column."""
        self.unique = unique
        self.where = where
        """The condition of the unique index, if it is partial."""
        self.changed = changed

    def apply_to_insert(self, insert_stmt: Insert) -> None:
        """Put the clause after the values."""
        insert_stmt.apply_syntax_extension_point(self.append_replacing_same_type, "post_values")


def insert_or_skip(
    table: Table, *unique: Column[Any], where: ColumnElement[bool] | None = None
) -> Insert:
    """Return an INSERT that leaves a row alone that has the same unique columns."""
    return insert(table).ext(OnConflict(unique, where))


def insert_or_replace(table: Table, *unique: Column[Any], change: Change | None = None) -> Insert:
    """Return an INSERT that changes a row that has the same unique columns.

    All its other columns get their new values, but for those that `change` makes.
    """
    new = table.alias("excluded").c
    values: dict[str, Any] = {c.name: new[c.name] for c in table.c if c not in set(unique)}
    if change is not None:
        values |= change(table.c, new)
    return insert(table).ext(OnConflict(unique, changed=values))


def insert_or_lock(table: Table, *unique: Column[Any]) -> Insert:
    """Return an INSERT that gives back its row, or the one that has the same unique columns.

    Either is locked until the end of the transaction. An INSERT of another transaction that has
    not ended is waited for.
    """
    unchanged = {column.name: table.c[column.name] for column in unique}
    return insert(table).ext(OnConflict(unique, changed=unchanged)).returning(*table.c)


# ---- locks ---------------------------------------------------------------------------------------


class advisory_lock(FunctionElement[None]):
    """A lock on a text, until the end of the transaction; where one has to wait, it waits."""

    name = "advisory_lock"
    inherit_cache = True
    type = NullType()


# ---- lists ---------------------------------------------------------------------------------------


class _Condition(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: OperatorType | None = None) -> Self:
        """Return itself: what it compiles to is a comparison already, and needs no `= 1`."""
        return self


class OneOf(_Condition):
    """Whether a value is in an array."""

    name = "one_of"


def one_of(column: ColumnElement[Any], parameter: str) -> OneOf:
    """Return that a column has one of the values in a list of any length, which is one parameter.

    The list is of what the column holds in Python: ids, not their texts.
    """
    values = bindparam(parameter, type_=ARRAY(column.type, dimensions=1), required=True)
    return OneOf(column, values)


class OneOfRows(_Condition):
    """Whether several values together are a row of arrays that stand side by side."""

    name = "one_of_rows"


def one_of_rows(columns: Sequence[ColumnElement[Any]], parameters: Sequence[str]) -> OneOfRows:
    """Return that columns together have the values of a row in lists of one length.

    Each list is one parameter: the values of one column.
    """
    values = [
        bindparam(parameter, type_=ARRAY(column.type, dimensions=1), required=True)
        for column, parameter in zip(columns, parameters, strict=True)
    ]
    return OneOfRows(*columns, *values)


class Holds(_Condition):
    """Whether a text is an element of a JSON array of texts."""

    name = "holds"


def holds(column: ColumnElement[Any], word: str) -> Holds:
    """Return that a column's JSON array has a word in it, as a literal: a partial index may."""
    assert word.isalpha(), word
    return Holds(column, literal_column(f"'{word}'", String))


class gathered(FunctionElement[str]):
    """The rows of a subquery as the text of one JSON array of arrays, in no order."""

    name = "gathered"
    inherit_cache = True
    type = String()


# ---- values --------------------------------------------------------------------------------------


class uuid_text(FunctionElement[str]):
    """A UUID as text with its dashes, as keys of messages are written."""

    name = "uuid_text"
    inherit_cache = True
    type = String()


class _StartOf(FunctionElement[Any]):
    inherit_cache = True

    def __init__(self, instant: ColumnElement[Any]) -> None:
        super().__init__(instant)
        self.type = instant.type


class start_of_hour(_StartOf):
    """The start of the hour, in UTC, that an instant is in."""

    name = "start_of_hour"


class start_of_day(_StartOf):
    """The start of the day, in UTC, that an instant is in."""

    name = "start_of_day"
