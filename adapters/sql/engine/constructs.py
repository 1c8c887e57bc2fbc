"""SQL constructs that sqlite.py and postgres.py compile differently (ADR 0049)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeAlias

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ClauseElement,
    Column,
    ColumnElement,
    Insert,
    String,
    Table,
    TableValuedAlias,
    bindparam,
    column,
    insert,
    literal_column,
)
from sqlalchemy.sql.base import SyntaxExtension
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

Change: TypeAlias = Callable[[Any, Any], dict[str, ColumnElement[Any]]]
"""Computes column values from the existing row and the inserted one."""
Condition: TypeAlias = Callable[[Any, Any], ColumnElement[bool]]
"""Compares the existing row and the inserted one."""


# ---- inserts that may conflict -------------------------------------------------------------------


class OnConflict(SyntaxExtension, ClauseElement):
    """What an INSERT does if a row with the same unique columns exists."""

    inherit_cache = False

    def __init__(
        self,
        unique: tuple[Column[Any], ...],
        where: ColumnElement[bool] | None = None,
        changed: Mapping[str, Any] | None = None,
        only_if: ColumnElement[bool] | None = None,
    ) -> None:
        """Keep the existing row, or set its columns to `changed`."""
        self.unique = unique
        self.where = where
        """The condition of the unique index, if it is partial."""
        self.changed = changed
        self.only_if = only_if
        """The condition of the change, if not every existing row is changed."""

    def apply_to_insert(self, insert_stmt: Insert) -> None:
        """Add the clause after the values."""
        insert_stmt.apply_syntax_extension_point(self.append_replacing_same_type, "post_values")


def insert_or_skip(
    table: Table, *unique: Column[Any], where: ColumnElement[bool] | None = None
) -> Insert:
    """Return an INSERT that keeps an existing row with the same unique columns.

    Without columns, it keeps the existing row of any unique index.
    """
    return insert(table).ext(OnConflict(unique, where))


def insert_or_replace(
    table: Table,
    *unique: Column[Any],
    change: Change | None = None,
    only_if: Condition | None = None,
) -> Insert:
    """Return an INSERT that updates an existing row with the same unique columns.

    Columns in `change` get the computed values, and all others the inserted ones. An existing row
    that does not meet the condition `only_if` is kept.
    """
    new = table.alias("excluded").c
    values: dict[str, Any] = {c.name: new[c.name] for c in table.c if c not in set(unique)}
    if change is not None:
        values |= change(table.c, new)
    condition = None if only_if is None else only_if(table.c, new)
    return insert(table).ext(OnConflict(unique, changed=values, only_if=condition))


def insert_or_lock(table: Table, *unique: Column[Any]) -> Insert:
    """Return an INSERT that returns its row, or the existing one with the same unique columns.

    The row is locked until the end of the transaction. If another open transaction inserted the
    row, the statement waits for its end.
    """
    unchanged = {column.name: table.c[column.name] for column in unique}
    return insert(table).ext(OnConflict(unique, changed=unchanged)).returning(*table.c)


# ---- lists ---------------------------------------------------------------------------------------


class _Condition(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: OperatorType | None = None) -> Self:
        """Return itself, because it compiles to a comparison and needs no `= 1`."""
        return self


class OneOf(_Condition):
    """Whether a value is in an array."""

    name = "one_of"


def one_of(column: ColumnElement[Any], parameter: str) -> OneOf:
    """Return the condition that a column is in a list of any length, passed as one parameter.

    The list has the column's Python type: ids, not their texts.
    """
    values = bindparam(parameter, type_=ARRAY(column.type, dimensions=1), required=True)
    return OneOf(column, values)


class OneOfRows(_Condition):
    """Whether several values are a row of parallel arrays."""

    name = "one_of_rows"


def one_of_rows(columns: Sequence[ColumnElement[Any]], parameters: Sequence[str]) -> OneOfRows:
    """Return the condition that columns have the values of a row of parallel lists.

    Each list is one parameter with the values of one column.
    """
    values = [
        bindparam(parameter, type_=ARRAY(column.type, dimensions=1), required=True)
        for column, parameter in zip(columns, parameters, strict=True)
    ]
    return OneOfRows(*columns, *values)


class EachOf(FunctionElement[Any]):
    """The elements of an array as rows with the column `value`."""

    name = "each_of"
    inherit_cache = True


def each_of(parameter: str, of: ColumnElement[Any]) -> TableValuedAlias:
    """Return a table of the elements of a list, passed as one parameter, in its column `value`.

    The list has the Python type of the column `of`.
    """
    values = bindparam(parameter, type_=ARRAY(of.type, dimensions=1), required=True)
    return EachOf(values).table_valued(column("value", of.type))


class Holds(_Condition):
    """Whether a text is an element of a JSON array of texts."""

    name = "holds"


def holds(column: ColumnElement[Any], word: str) -> Holds:
    """Return the condition that a column's JSON array contains a word.

    The word is a literal, so that the condition can be used in a partial index.
    """
    assert word.isalpha(), word
    return Holds(column, literal_column(f"'{word}'", String))


class gathered(FunctionElement[str]):
    """The rows of a subquery as the text of one JSON array of arrays, unsorted."""

    name = "gathered"
    inherit_cache = True
    type = String()


# ---- locks ---------------------------------------------------------------------------------------


class end_silent_writers(FunctionElement[int]):  # named like SQL
    """End the transactions that have written to a table and whose process has been silent since.

    A process that was stopped in the middle of a transaction keeps its locks. Its silence is at
    least a second. The value is the number of such transactions.
    """

    name = "end_silent_writers"
    inherit_cache = False
    type = BigInteger()

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table


# ---- values --------------------------------------------------------------------------------------


class uuid_text(FunctionElement[str]):
    """A UUID as text with dashes, as in the keys of messages."""

    name = "uuid_text"
    inherit_cache = True
    type = String()


class _StartOf(FunctionElement[Any]):
    inherit_cache = True

    def __init__(self, instant: ColumnElement[Any]) -> None:
        super().__init__(instant)
        self.type = instant.type


class start_of_hour(_StartOf):
    """The start of an instant's hour in UTC."""

    name = "start_of_hour"


class start_of_day(_StartOf):
    """The start of an instant's day in UTC."""

    name = "start_of_day"


class restart_numbers(FunctionElement[int]):
    """Lets the database number a table's next row above all existing ones.

    Needed after rows were inserted with their numbers.
    """

    name = "restart_numbers"
    inherit_cache = False
    type = BigInteger()

    def __init__(self, column: Column[Any]) -> None:
        super().__init__(column)
        self.column = column
