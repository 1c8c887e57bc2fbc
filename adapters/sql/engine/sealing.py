"""Columns with personal values, which statements seal when they write and open when they read.

A statement that writes such a column must name its row by parameters, and one that reads it must
read the row's key too, because that is associated data of the value. Nothing can be compared with
it: what must be found has a column of its own with a keyed hash.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BinaryExpression,
    BindParameter,
    Column,
    Insert,
    LargeBinary,
    Table,
    Update,
)
from sqlalchemy.sql import operators, visitors
from sqlalchemy.types import TypeEngine

from ....ports.cipher import Cipher
from .constructs import OnConflict

_INFO = "sealed"
_KEY = "\0"
_COMPARES_NOTHING = (operators.is_, operators.is_not)


class Sealing(NamedTuple):
    """How a column is sealed."""

    place: str
    """The table and the column, or what rows keep when they move between tables."""
    by: tuple[str, ...]
    """The columns of the table that name the row."""


def sealed(
    name: str,
    kind: TypeEngine[Any],
    *,
    nullable: bool = False,
    unique: bool = False,
    place: str = "",
    by: Sequence[str] = (),
) -> Column[Any]:
    """Return a column for personal values.

    Their place is the table and the column, and their row is named by the primary key. Values that
    move between tables have a `place` of their own, and columns `by` which they are the same.
    """
    return Column(
        name,
        kind,
        nullable=nullable,
        unique=unique or None,
        info={_INFO: Sealing(place, tuple(by))},
    )


def sealing_of(column: Any) -> Sealing | None:
    """Return how a column is sealed, or None if it is not."""
    given = column.info.get(_INFO) if isinstance(column, Column) else None
    if given is None:
        return None
    table = column.table
    key = given.by or tuple(one.name for one in table.primary_key)
    return Sealing(given.place or f"{table.name}.{column.name}", key)


def sealed_columns(table: Table) -> list[Column[Any]]:
    """Return the columns of a table with personal values."""
    return [column for column in table.c if sealing_of(column) is not None]


def row_name(values: Sequence[Any]) -> str:
    """Return the name of a row: the values of the columns that name it."""
    return str(values[0]) if len(values) == 1 else _KEY.join(map(str, values))


def seal_value(cipher: Cipher, column: "SealedColumn", row: str, value: Any) -> Any:
    """Return what to store of a value."""
    if column.is_bytes:
        return cipher.seal_bytes(column.place, row, value)
    stored = cipher.seal(column.place, row, value)
    # What is not sealed is a JSON text as it is.
    return f'"{stored}"' if column.is_json and stored is not value else stored


def open_value(cipher: Cipher, column: "SealedColumn", row: str, stored: Any) -> Any:
    """Return the value of what is stored. Raises NotOpened."""
    if column.is_bytes:
        return cipher.open_bytes(column.place, row, bytes(stored))
    if column.is_json:
        return cipher.open(column.place, row, bare(stored))
    return cipher.open(column.place, row, stored)


def bare(document: str) -> str:
    """Return a stored JSON text, without the quotes if it is sealed."""
    return document[1:-1] if document.startswith('"sealed:') else document


class SealedColumn(NamedTuple):
    """What of a column decides how it is sealed."""

    place: str
    is_json: bool
    is_bytes: bool

    @classmethod
    def of(cls, column: Column[Any], sealing: Sealing) -> "SealedColumn":
        """Return that of a column."""
        kind = column.type
        return cls(sealing.place, isinstance(kind, JSON), isinstance(kind, LargeBinary))


class Written(NamedTuple):
    """A parameter that is sealed, and the parameters that name its row."""

    column: SealedColumn
    name: str
    key: tuple[str, ...]


class Read(NamedTuple):
    """The place of a column that is opened in the row, and of those that name the row."""

    column: SealedColumn
    at: int
    key: tuple[int, ...]


def written_by(clause: Any) -> tuple[Written, ...]:
    """Return the parameters of a statement that are sealed."""
    if not isinstance(clause, Insert | Update) or getattr(clause, "select", None) is not None:
        return ()
    table = clause.table
    assert isinstance(table, Table), clause
    given = _given(clause, table)
    found = []
    for column in sealed_columns(table):
        value = given.get(column)
        if not isinstance(value, BindParameter) or not value.required:
            continue
        sealing = sealing_of(column)
        assert sealing is not None
        names = _names_of_row(clause, table, sealing, given)
        found.append(Written(SealedColumn.of(column, sealing), value.key, names))
    _check_conflict(clause)
    return tuple(found)


def _given(clause: Insert | Update, table: Table) -> Mapping[Any, Any]:
    values: Mapping[Any, Any] | None = clause._values
    if values:
        return {(table.c[c] if isinstance(c, str) else c): value for c, value in values.items()}
    if isinstance(clause, Insert):  # each column gets the parameter of its name
        return {column: BindParameter(column.name, required=True) for column in table.c}
    return {}


def _names_of_row(
    clause: Insert | Update, table: Table, sealing: Sealing, given: Mapping[Any, Any]
) -> tuple[str, ...]:
    compared = dict(_compared(clause)) if isinstance(clause, Update) else given
    names = [compared.get(table.c[name]) for name in sealing.by]
    assert all(isinstance(name, BindParameter) for name in names), (
        f"it writes {sealing.place} without {', '.join(sealing.by)}"
    )
    return tuple(name.key for name in names if name is not None)


def _compared(clause: Update) -> Iterator[tuple[Any, Any]]:
    for criterion in clause._where_criteria:
        for part in visitors.iterate(criterion):
            if isinstance(part, BinaryExpression) and part.operator is operators.eq:
                yield part.left, part.right


def _check_conflict(clause: Insert | Update) -> None:
    """Check that a row that exists gets no values that are sealed for the row that does not."""
    conflict = getattr(clause, "_post_values_clause", None)
    if not isinstance(conflict, OnConflict) or conflict.changed is None:
        return
    unique = {column.name for column in conflict.unique}
    # An existing row with the same unique columns is the same row if these name it.
    for name in conflict.changed:
        sealing = sealing_of(clause.table.c[name])
        assert sealing is None or unique >= set(sealing.by), f"{sealing} may be another row's"


def read_by(clause: Any) -> tuple[Read, ...]:
    """Return the columns that a statement reads and that are opened."""
    bases = [next(iter(column.base_columns)) for column in clause.exported_columns]
    found = []
    for index, base in enumerate(bases):
        sealing = sealing_of(base)
        if sealing is None:
            continue
        keys = [base.table.c[name] for name in sealing.by]
        missing = [key.name for key in keys if key not in bases]
        assert not missing, f"it reads {sealing.place} without {', '.join(missing)}"
        key = tuple(bases.index(key) for key in keys)
        found.append(Read(SealedColumn.of(base, sealing), index, key))
    return tuple(found)


def compared_in(clause: Any) -> set[str]:
    """Return the places of sealed columns that a statement compares or computes with."""
    return {
        sealing.place
        for part in visitors.iterate(clause)
        if isinstance(part, BinaryExpression) and part.operator not in _COMPARES_NOTHING
        for side in (part.left, part.right)
        for base in getattr(side, "base_columns", ())
        if (sealing := sealing_of(base)) is not None
    }
