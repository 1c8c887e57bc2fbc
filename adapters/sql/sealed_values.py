"""Personal values as they are stored, for what looks at all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, String, Table, type_coerce

from .engine.sealing import SealedColumn, sealed_columns, sealing_of
from .schema.users import LOOKUPS


@dataclass(frozen=True, slots=True)
class SealedValue:
    """A column with personal values, the columns that name its row, and that of its hash."""

    name: str
    column: SealedColumn
    by: tuple[str, ...]
    lookup: str | None


def values_of(table: Table) -> tuple[SealedValue, ...]:
    """Return the columns of a table with personal values."""
    return tuple(map(_value, sealed_columns(table)))


def _value(column: Column[Any]) -> SealedValue:
    sealing = sealing_of(column)
    assert sealing is not None, column
    lookup = LOOKUPS.get(sealing.place)
    return SealedValue(column.name, SealedColumn.of(column, sealing), sealing.by, lookup)


def as_stored(table: Table) -> Sequence[Any]:
    """Return what to select of a table: its key, its personal values as stored, their hashes."""
    values = values_of(table)
    naming = [name for value in values for name in value.by]
    names = dict.fromkeys([*(column.name for column in table.primary_key), *naming])
    return [
        *(table.c[name] for name in names),
        *(type_coerce(table.c[v.name], _kind(table.c[v.name])).label(v.name) for v in values),
        *(table.c[v.lookup] for v in values if v.lookup),
    ]


def _kind(column: Column[Any]) -> Any:
    """Return the type of what is stored. Statements would open a value of the column's own."""
    return LargeBinary() if isinstance(column.type, LargeBinary) else String()
