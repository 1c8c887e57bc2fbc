"""SQLAlchemy Core statements, compiled once and run directly on the driver.

SQLAlchemy itself crosses into the driver's thread four times per statement, which is most of the
time of a short query. Here Core only compiles the SQL and converts the values, and the driver is
called once.
"""

from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    UpdateBase,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql import visitors

from ....ports.cipher import Cipher
from ....ports.language.portions import PORTION
from ...security.aes_cipher import NO_CIPHER
from .converters import Convert, reader, writer
from .sealing import (
    Read,
    Written,
    compared_in,
    open_value,
    read_by,
    row_name,
    seal_value,
    written_by,
)

Row: TypeAlias = Any
"""A named tuple of a statement's columns, in Python's types."""


_numbers = count(1)


class Statement:
    """A Core statement. Create it at module level, once, because compiling is slow."""

    def __init__(
        self,
        clause: Select[Any] | CompoundSelect[Any] | UpdateBase,
        *,
        locks: bool = False,
        takes_free_of: Table | None = None,
        long: bool = False,
    ) -> None:
        """Create a statement.

        `locks`: inside a transaction, the query locks its rows until the end; outside it only reads
        them. `takes_free_of`: it locks this table's rows, and omits those that another transaction
        has locked. `long`: the write statement may change very many rows.
        """
        self.number = next(_numbers)
        self.clause = clause
        self.locks = locks or takes_free_of is not None
        self.takes_free_of = takes_free_of
        self.long = long
        self.writes = isinstance(clause, UpdateBase)
        self._compiled: dict[tuple[str, bool, Cipher], CompiledStatement] = {}

    @cached_property
    def tables(self) -> frozenset[str]:
        """The names of the tables that it reads or writes."""
        parts = visitors.iterate(self.clause)
        return frozenset(part.name for part in parts if isinstance(part, Table))

    @cached_property
    def table(self) -> str:
        """The name of the table that it writes to."""
        assert isinstance(self.clause, Insert | Update | Delete), self.clause
        assert isinstance(self.clause.table, Table), self.clause
        return self.clause.table.name

    def compiled(
        self, dialect: Dialect, cipher: Cipher = NO_CIPHER, *, in_transaction: bool = True
    ) -> "CompiledStatement":
        """Return the statement in a dialect's SQL. The cipher seals and opens personal values."""
        key = dialect.name, in_transaction, cipher
        compiled = self._compiled.get(key)
        if compiled is None:
            clause = self.clause
            if self.locks and in_transaction:
                assert isinstance(clause, Select), clause
                # FOR NO KEY UPDATE, so that other transactions can insert rows that refer to it.
                free = self.takes_free_of
                clause = clause.with_for_update(
                    key_share=True, skip_locked=free is not None, of=free
                )
            compiled = self._compiled[key] = CompiledStatement.of(clause, dialect, cipher)
        return compiled


def insert_row(table: Table) -> Insert:
    """Return an INSERT of every column, except one that the database generates."""
    given = [c for c in table.c if c is not table.autoincrement_column]
    return insert(table).values({c: bindparam(c.name) for c in given})


def update_row(table: Table, *, fixed: Collection[str] = ()) -> Update:
    """Return an UPDATE, by primary key, of all columns that are not in `fixed`.

    `fixed` columns never change, so their indexes are not written.
    """
    others = [c for c in table.c if not c.primary_key and c.name not in fixed]
    by_key = update(table).where(*(c == bindparam(c.name) for c in table.primary_key))
    return by_key.values({c: bindparam(c.name) for c in others})


def delete_portion(table: Table, condition: ColumnElement[bool]) -> Delete:
    """Return a DELETE of a PORTION of the rows that meet the condition."""
    key = [*table.primary_key]
    some = select(*key).where(condition).limit(PORTION).correlate(None)
    return delete(table).where((key[0] if len(key) == 1 else tuple_(*key)).in_(some))


class _Parameter(NamedTuple):
    """A parameter: a value that the caller passes by name, or a constant of the statement."""

    name: str | None
    """The name; None for a constant."""
    convert: Convert | None
    constant: Any


@dataclass(frozen=True, slots=True, eq=False)
class CompiledStatement:
    """A statement's SQL, with the conversions of its values to and from the driver.

    Personal values are sealed before they are converted, and opened after.
    """

    clause: Select[Any] | CompoundSelect[Any] | UpdateBase
    sql: str
    _parameters: tuple[_Parameter, ...]
    _make_row: Callable[[Iterable[Any]], Row]
    _readers: tuple[Convert | None, ...]
    _cipher: Cipher
    _sealed: tuple[Written, ...]
    _opened: tuple[Read, ...]

    @classmethod
    def of(
        cls,
        clause: Select[Any] | CompoundSelect[Any] | UpdateBase,
        dialect: Dialect,
        cipher: Cipher,
    ) -> "CompiledStatement":
        """Compile a statement for a dialect with positional parameters."""
        compiled = clause.compile(dialect=dialect)
        parameters = []
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            convert = writer(bind.type, dialect)
            if bind.required:
                parameters.append(_Parameter(name, convert, None))
            else:
                constant = bind.effective_value
                constant = constant if convert is None else convert(constant)
                parameters.append(_Parameter(None, None, constant))
        columns = clause.exported_columns
        readers = [reader(column.type, dialect) for column in columns]
        row = namedtuple("Row", [str(c.key) for c in columns])  # type: ignore[misc]  # only known here
        compared = compared_in(clause)
        assert not compared, f"it compares what is sealed: {compared}"
        return cls(
            clause,
            str(compiled),
            tuple(parameters),
            row._make,
            tuple(readers),
            cipher,
            written_by(clause),
            read_by(clause),
        )

    def write(self, given: Mapping[str, Any]) -> list[Any]:
        """Return the driver's parameters for these named values."""
        values = self._seal(given) if self._sealed else given
        return [
            constant
            if name is None
            else (values[name] if convert is None else convert(values[name]))
            for name, convert, constant in self._parameters
        ]

    def write_columns(self, given: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        """Return the driver's parameters for many mappings, column by column."""
        rows = [self._seal(values) for values in given] if self._sealed else given
        return [
            [constant] * len(rows)
            if name is None
            else (
                [values[name] for values in rows]
                if convert is None
                else [convert(values[name]) for values in rows]
            )
            for name, convert, constant in self._parameters
        ]

    def write_rows(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """Return the driver's parameters for many mappings, row by row."""
        return [*zip(*self.write_columns(rows), strict=True)]

    def _seal(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        values = {**given}
        for column, name, key in self._sealed:
            value = given[name]
            if value is not None:
                row = row_name([given[one] for one in key])
                values[name] = seal_value(self._cipher, column, row, value)
        return values

    def read(self, rows: Iterable[Iterable[Any]]) -> list[Row]:
        """Convert the driver's rows to Python's types. Raises NotOpened."""
        make_row, readers = self._make_row, self._readers
        if self._opened:
            return [make_row(self._open(row)) for row in rows]
        return [
            make_row(
                [
                    value if read is None else read(value)
                    for read, value in zip(readers, row, strict=True)
                ]
            )
            for row in rows
        ]

    def _open(self, row: Iterable[Any]) -> list[Any]:
        values = [
            value if read is None else read(value)
            for read, value in zip(self._readers, row, strict=True)
        ]
        for column, index, key in self._opened:
            stored = values[index]
            if stored is not None:
                name = row_name([values[one] for one in key])
                values[index] = open_value(self._cipher, column, name, stored)
        return values
