"""How SQLite compiles the constructs, and how it stores values."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ARRAY, Column, Dialect, Table
from sqlalchemy.dialects.sqlite.base import DATETIME, SQLiteDialect
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from .constructs import (
    EachOf,
    Holds,
    OnConflict,
    OneOf,
    OneOfRows,
    end_silent_writers,
    gathered,
    restart_numbers,
    start_of_day,
    start_of_hour,
    uuid_text,
)
from .payloads import encode

# ---- SQL -------------------------------------------------------------------------------------


class _Array(ARRAY[Any]):
    """A list as a JSON array, passed as one parameter."""

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        write = self.item_type.dialect_impl(dialect).bind_processor(dialect)
        if write is None:
            return lambda values: encode(list(values))
        return lambda values: encode([write(value) for value in values])


class _Dialect(SQLiteDialect):
    supports_statement_cache = True
    colspecs = SQLiteDialect.colspecs | {ARRAY: _Array}


# JSON columns hold text that msgspec has encoded already, so the dialect must not encode it again.
DIALECT: Dialect = _Dialect(paramstyle="qmark", json_serializer=str, json_deserializer=str)


@compiles(OnConflict, "sqlite")
def _on_conflict(element: OnConflict, compiler: SQLCompiler, **kw: Any) -> str:
    unique, where, changed = element.unique, element.where, element.changed
    if changed is None:
        skip = OnConflictDoNothing(index_elements=unique or None, index_where=where)
        return compiler.process(skip, **kw)
    change = OnConflictDoUpdate(
        index_elements=unique, index_where=where, set_=dict(changed), where=element.only_if
    )
    return compiler.process(change, **kw)


@compiles(OneOf, "sqlite")
def _one_of(element: OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # of our own texts


@compiles(OneOfRows, "sqlite")
def _one_of_rows(element: OneOfRows, compiler: SQLCompiler, **kw: Any) -> str:
    parts = list(element.clauses)
    columns, lists = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    names = ", ".join(compiler.process(column, **kw) for column in columns)
    beside = "".join(
        f", json_extract({compiler.process(values, **kw)}, '$[' || key || ']')"
        for values in lists[1:]
    )
    first = compiler.process(lists[0], **kw)
    return f"({names}) IN (SELECT value{beside} FROM json_each({first}))"  # noqa: S608  # of our own texts


@compiles(EachOf, "sqlite")
def _each_of(element: EachOf, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **kw)}))"  # noqa: S608  # of our own texts


@compiles(Holds, "sqlite")
def _holds(element: Holds, compiler: SQLCompiler, **kw: Any) -> str:
    column, word = (compiler.process(part, **kw) for part in element.clauses)
    quoted = word.replace("'", '"')
    return f"instr({column}, '{quoted}') > 0"


@compiles(gathered, "sqlite")
def _gathered(element: gathered, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


@compiles(restart_numbers, "sqlite")
def _restart_numbers(_element: restart_numbers, _: SQLCompiler, **_kw: Any) -> str:
    return "0"  # SQLite keeps the highest number by itself


@compiles(uuid_text, "sqlite")
def _uuid_text(element: uuid_text, compiler: SQLCompiler, **kw: Any) -> str:
    text = compiler.process(element.clauses, **kw)
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return "(" + " || '-' || ".join(f"substr({text}, {at}, {length})" for at, length in parts) + ")"


@compiles(start_of_hour, "sqlite")
def _start_of_hour(element: start_of_hour, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(substr({compiler.process(element.clauses, **kw)}, 1, 13) || ':00:00.000000')"


@compiles(start_of_day, "sqlite")
def _start_of_day(element: start_of_day, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(substr({compiler.process(element.clauses, **kw)}, 1, 10) || ' 00:00:00.000000')"


@compiles(end_silent_writers, "sqlite")
def _end_silent_writers(_: end_silent_writers, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "0"  # no transaction outlives the process that waits for its turn


def inserts_only(table: Table, message: str, *unique: Column[Any]) -> list[str]:
    """Return the DDL of triggers that prevent changing or deleting a table's rows."""
    same = " OR ".join(f"{column.name} = NEW.{column.name}" for column in unique)
    triggers = {
        "update": f"UPDATE ON {table.name}",
        "delete": f"DELETE ON {table.name}",
        # INSERT OR REPLACE deletes a conflicting row without firing the trigger above.
        "replace": f"""\
INSERT ON {table.name}
WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {same})""",  # noqa: S608  # of our own texts
    }
    return [
        f"""\
CREATE TRIGGER {table.name}_{name} BEFORE {when}
BEGIN SELECT RAISE(ABORT, '{message}'); END"""
        for name, when in triggers.items()
    ]


# ---- values ----------------------------------------------------------------------------------


class InstantText(DATETIME):
    """An instant as SQLite stores it: text in UTC, to the microsecond, without the zone.

    Each conversion is one fast call, because a row has many instants.
    """

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        """Return the function that converts an instant to text."""
        return _instant_to_text

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[str | None], datetime | None]:
        """Return the function that converts text to an instant."""
        return _instant_of_text


def _instant_to_text(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    assert instant.tzinfo is not None, f"{instant} has no time zone"
    return instant.astimezone(UTC).isoformat(" ", "microseconds")[:-6]  # all but +00:00


def _instant_of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")
