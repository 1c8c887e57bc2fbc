"""Every kind of damage to the rows of a database: a changed value, a lost row, a row too many."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    String,
    Table,
    TypeDecorator,
    Uuid,
)

from solebook.adapters.sql.engine.sqlite import InstantText

Values = Mapping[str, Any]
"""A row as its driver returns it."""

_LATER = timedelta(hours=1)


class Refused(Exception):
    """The database refuses the damage."""


class Hand(Protocol):
    """Writes to a database behind the exchange's back, without foreign keys and triggers."""

    async def rows(self, sql: str) -> Sequence[Values]: ...

    async def run(self, sql: str, *values: Any) -> None:
        """Run a statement with `?` for each value, and commit. Raises Refused."""
        ...


class SqliteHand:
    """Writes to a file of SQLite."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA ignore_check_constraints = ON")
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in self._database.execute(triggers).fetchall():
            self._database.execute(f"DROP TRIGGER {name}")

    async def rows(self, sql: str) -> Sequence[Values]:
        return [dict(row) for row in self._database.execute(sql)]

    async def run(self, sql: str, *values: Any) -> None:
        try:
            self._database.execute(sql, values)
        except sqlite3.Error as error:
            raise Refused(str(error)) from error

    def close(self) -> None:
        self._database.close()


class PostgresHand:
    """Writes to a database of PostgreSQL."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    async def at(cls, url: str) -> "PostgresHand":
        import asyncpg  # type: ignore[import-untyped]  # it has no annotations

        connection = await asyncpg.connect(url)
        await connection.execute("SET session_replication_role = replica")
        return cls(connection)

    async def rows(self, sql: str) -> Sequence[Values]:
        return [dict(row) for row in await self._connection.fetch(sql)]

    async def run(self, sql: str, *values: Any) -> None:
        import asyncpg

        parts = sql.split("?")
        numbered = "".join(f"{part}${n}" for n, part in enumerate(parts[:-1], start=1))
        try:
            await self._connection.execute(numbered + parts[-1], *values)
        except asyncpg.PostgresError as error:
            raise Refused(str(error)) from error

    async def close(self) -> None:
        await self._connection.close()


@dataclass(frozen=True)
class Mutation:
    """One damage to one row."""

    table: Table
    what: str
    """The column and what became of it, `a lost row` or `a row too many`."""
    before: Values | None
    after: Values | None

    def __str__(self) -> str:
        return f"{self.table.name}: {self.what}"

    async def plant(self, hand: Hand) -> None:
        """Do the damage. Raises Refused."""
        await _exchange(hand, self.table, self.before, self.after)

    async def undo(self, hand: Hand) -> None:
        await _exchange(hand, self.table, self.after, self.before)


async def _exchange(hand: Hand, table: Table, old: Values | None, new: Values | None) -> None:
    if old is not None and new is not None:
        changed = [name for name in new if new[name] != old[name]]
        setting = ", ".join(f"{name} = ?" for name in changed)
        where, values = _where(table, old)
        await hand.run(
            f"UPDATE {table.name} SET {setting} WHERE {where}",
            *(new[name] for name in changed),
            *values,
        )
    elif old is not None:
        where, values = _where(table, old)
        await hand.run(f"DELETE FROM {table.name} WHERE {where}", *values)
    else:
        assert new is not None
        marks = ", ".join("?" for _ in new)
        await hand.run(
            f"INSERT INTO {table.name} ({', '.join(new)}) VALUES ({marks})", *new.values()
        )


def _where(table: Table, row: Values) -> tuple[str, list[Any]]:
    key = [column.name for column in table.primary_key]
    return " AND ".join(f"{name} = ?" for name in key), [row[name] for name in key]


def mutations(table: Table, row: Values) -> Iterator[Mutation]:
    """Yield every kind of damage to a row."""
    for column in table.c:
        for what, value in _changed(column, row[column.name]):
            yield Mutation(table, f"{column.name} {what}", row, {**row, column.name: value})
    yield Mutation(table, "a lost row", row, None)
    if (copy := _copy(table, row)) is not None:
        yield Mutation(table, "a row too many", None, copy)


def _copy(table: Table, row: Values) -> Values | None:
    """Return the row under another key, or None if its key has only one value."""
    column = list(table.primary_key)[-1]
    if isinstance(_type(column), Enum):
        column = next(iter(table.primary_key))
    [(_, value), *_] = _changed(column, row[column.name])
    return {**row, column.name: value}


def _type(column: Column[Any]) -> Any:
    kind = column.type
    return kind.impl if isinstance(kind, TypeDecorator) else kind


def _changed(column: Column[Any], value: Any) -> Iterator[tuple[str, Any]]:
    """Yield other values of a column."""
    kind = _type(column)
    if value is None:
        if (invented := _invented(kind)) is not None:
            yield "invented", invented
        return
    if isinstance(kind, JSON):
        yield from _changed_document(value)
    elif isinstance(kind, Enum):
        yield from ((f"{word} for {value}", word) for word in kind.enums if word != value)
    else:
        yield "changed", _other(kind, value)
    if column.nullable:
        yield "lost", None


def _invented(kind: Any) -> Any:
    if isinstance(kind, Enum):
        return kind.enums[0]
    if isinstance(kind, String) and not isinstance(kind, Enum):
        return "invented"
    return None


def _other(kind: Any, value: Any) -> Any:
    if isinstance(kind, Uuid):
        other = UUID(str(value)).int ^ 1
        return UUID(int=other) if not isinstance(value, str) else UUID(int=other).hex
    if isinstance(kind, Boolean):
        return not value
    if isinstance(kind, Integer):
        return value + 1
    if isinstance(kind, LargeBinary):
        return value + b"x"
    if isinstance(kind, Date):
        return "1999-12-31" if isinstance(value, str) else value + timedelta(days=1)
    if isinstance(kind, DateTime | InstantText):
        if isinstance(value, str):
            later = datetime.fromisoformat(value) + _LATER
            return later.isoformat(" ", "microseconds")
        return value + _LATER
    assert isinstance(kind, String), kind
    return _other_text(value)


def _other_text(value: str) -> str:
    try:
        return str(UUID(int=UUID(value).int ^ 1))
    except ValueError:
        return "12.5" if value == "9" else f"{value}x"


def _changed_document(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the document with each of its values changed, one at a time."""
    document = json.loads(text)
    for path, value in _leaves(document, ()):
        changed = json.loads(text)
        place = changed
        for step in path[:-1]:
            place = place[step]
        if not path:
            changed = value
        else:
            place[path[-1]] = value
        yield f"with another {'.'.join(map(str, path)) or 'value'}", json.dumps(changed)


def _leaves(document: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    match document:
        case dict():
            for name, value in document.items():
                yield from _leaves(value, (*path, name))
        case list():
            for place, value in enumerate(document):
                yield from _leaves(value, (*path, place))
        case bool():
            yield path, not document
        case int():
            yield path, document + 1
        case str():
            yield path, _other_text(document)
