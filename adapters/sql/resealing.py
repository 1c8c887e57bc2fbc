"""Seals the personal values of a store again, under the current key."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import (
    Column,
    Table,
    bindparam,
    func,
    select,
    tuple_,
    type_coerce,
    update,
)

from ...ports.cipher import Cipher
from .engine.database import SqlDatabase
from .engine.sealing import bare, open_value, row_name, seal_value, sealed_columns
from .engine.statement import Row, Statement
from .operations.sealing_keys import forget_key, noted_keys
from .running_processes import processes_under_another_key
from .schema import metadata
from .sealed_values import SealedValue, as_stored, values_of

Tell = Callable[[str, int, int], None]
"""Hears of a table how many rows are done, and of how many."""
Pause = Callable[[float], Awaitable[None]]

_PORTION = 100
"""How many rows a transaction looks at. It locks them for so long."""
_MOST_PASSES = 5
_BETWEEN_PASSES = 2.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """What came of it."""

    values: int
    """How many values were sealed anew."""
    removable: tuple[str, ...]
    """The keys under which nothing is sealed any more."""
    is_complete: bool
    """False if values are left: others store them under another key, or lock them for long."""
    elsewhere: tuple[str, ...] = ()
    """Processes that would store under another key, even if they have not yet. Then no key is
    removable, because what they store next would be lost with it."""


@dataclass(frozen=True, slots=True)
class _Resealed:
    """The statements of one table."""

    table: Table
    columns: tuple[SealedValue, ...]
    count: Statement
    first: Statement
    next: Statement
    look: Statement
    write: Statement


def _statements(table: Table) -> _Resealed:
    columns, key = values_of(table), [*table.primary_key]
    query = select(*as_stored(table)).order_by(*key).limit(bindparam("limit"))
    after = [bindparam(f"after_{column.name}", type_=column.type) for column in key]
    beyond = key[0] > after[0] if len(key) == 1 else tuple_(*key) > tuple_(*after)
    names = (name for one in columns for name in (one.name, one.lookup) if name)
    changed: list[Column[Any]] = [table.c[name] for name in names]
    write = (
        update(table)
        .where(*(column == bindparam(f"of_{column.name}") for column in key))
        .values({c: _stored_value(c) for c in changed})
    )
    return _Resealed(
        table,
        columns,
        Statement(select(func.count().label("rows")).select_from(table)),
        Statement(query, takes_free_of=table),
        Statement(query.where(beyond), takes_free_of=table),
        Statement(select(*as_stored(table))),
        Statement(write),
    )


def _stored_value(column: Column[Any]) -> Any:
    """Return the parameter for what a column is to store: statements would seal it."""
    value = bindparam(f"new_{column.name}", type_=column.type, required=True)
    return type_coerce(value, column.type)


_TABLES = [_statements(table) for table in metadata.sorted_tables if sealed_columns(table)]


async def reseal(database: SqlDatabase, tell: Tell, pause: Pause = asyncio.sleep) -> Resealed:
    """Seal all values under the current key of the database's cipher, or with none open them all.

    The exchange may be running. Rows that another transaction has locked wait for the next pass,
    so nobody is waited for; others wait for one small transaction. After each of them it pauses for
    as long as that took. It is done when a look at all rows as of one instant, which no lock hides,
    finds nothing more. What was done stays done if it is interrupted. Raises NotOpened,
    Unavailable.
    """
    total = 0
    for number in range(_MOST_PASSES):
        if number:
            await pause(_BETWEEN_PASSES)
        for one in _TABLES:
            total += await _pass(database, one, tell if not number else _quiet, pause)
        if not await _is_any_left(database):
            if elsewhere := await processes_under_another_key(database):
                return Resealed(total, (), is_complete=False, elsewhere=elsewhere)
            return Resealed(total, await _forget_keys(database), is_complete=True)
    return Resealed(total, (), is_complete=False)


def _quiet(*_: object) -> None:
    """Show nothing: later passes find little."""


async def _is_any_left(database: SqlDatabase) -> bool:
    async with database.snapshot() as snapshot:
        for one in _TABLES:
            async for rows in snapshot.stream(one.look):
                if any(_is_stale(database.cipher, one, row) for row in rows):
                    return True
    return False


async def _forget_keys(database: SqlDatabase) -> tuple[str, ...]:
    current = database.cipher.current
    old = [key for key in await noted_keys(database) if key != current]
    for key in old:
        await forget_key(database, key)
    given = (key for key in database.cipher.keys if key != current)
    return tuple(dict.fromkeys((*old, *given)))


async def _pass(database: SqlDatabase, one: _Resealed, tell: Tell, pause: Pause) -> int:
    [counted] = await database.rows(one.count)
    done, changed, last = 0, 0, None
    name = one.table.name
    tell(name, 0, counted.rows)
    while True:
        began = monotonic()
        async with database.transaction():
            rows = await _portion(database, one, last)
            written = [values for row in rows if (values := _new(database, one, row))]
            await database.execute_many(one.write, [row for row, _ in written])
        changed += sum(number for _, number in written)
        done += len(rows)
        tell(name, done, max(done, counted.rows))
        if len(rows) < _PORTION:
            return changed
        last = rows[-1]
        await pause(monotonic() - began)


async def _portion(database: SqlDatabase, one: _Resealed, last: Row | None) -> list[Row]:
    if last is None:
        return await database.rows(one.first, limit=_PORTION)
    after = {f"after_{c.name}": getattr(last, c.name) for c in one.table.primary_key}
    return await database.rows(one.next, limit=_PORTION, **after)


def _new(database: SqlDatabase, one: _Resealed, row: Row) -> tuple[dict[str, Any], int] | None:
    """Return what to write of a row, and how many values of it are new; None if there is none."""
    cipher, changed = database.cipher, 0
    values: dict[str, Any] = {f"of_{c.name}": getattr(row, c.name) for c in one.table.primary_key}
    for each in one.columns:
        stored = getattr(row, each.name)
        lookup = getattr(row, each.lookup) if each.lookup else None
        if stored is not None and not _is_current(cipher, each, stored, lookup):
            name = row_name([getattr(row, by) for by in each.by])
            value = open_value(cipher, each.column, name, stored)
            stored = seal_value(cipher, each.column, name, value)
            lookup = cipher.lookup(each.column.place, value) if each.lookup else None
            changed += 1
        values[f"new_{each.name}"] = stored
        if each.lookup:
            values[f"new_{each.lookup}"] = lookup
    return (values, changed) if changed else None


def _is_stale(cipher: Cipher, one: _Resealed, row: Row) -> bool:
    return any(
        (stored := getattr(row, each.name)) is not None
        and not _is_current(
            cipher, each, stored, getattr(row, each.lookup) if each.lookup else None
        )
        for each in one.columns
    )


def _is_current(cipher: Cipher, each: SealedValue, stored: Any, lookup: str | None) -> bool:
    if each.column.is_bytes:
        value: str | bytes = bytes(stored)
    else:
        value = bare(stored) if each.column.is_json else stored
    if not cipher.is_current(value) or each.lookup is None:
        return cipher.is_current(value)
    # With a key, the hash of a text begins as a sealed text does.
    return lookup is not None and cipher.is_current(lookup)
