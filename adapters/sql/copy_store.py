"""Copies a store to another database, whole."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    type_coerce,
)

from ...ports.language.text import counted
from .engine.constructs import restart_numbers
from .engine.database import SqlDatabase
from .engine.snapshot import SqlSnapshot
from .engine.statement import Row, Statement
from .schema import (
    broker_positions,
    deliveries,
    metadata,
    outbox,
    sealing_keys,
    sent_messages,
)

Tell = Callable[[str, int, int], None]
"""Hears of a table how many rows are done, and of how many."""

_PORTION = 1_000
_BYTES = 16
_ALL = 1 << 8 * _BYTES


class NotCopied(ValueError):
    """The store cannot be copied. The text says why; the target is as it was."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The number of a table's rows, and their checksum in any sequence."""

    rows: int
    checksum: int


@dataclass(frozen=True, slots=True)
class _Copied:
    """The statements of one table."""

    table: Table
    read: Statement
    check: Statement
    """Returns all rows in any sequence."""
    count: Statement
    add: Statement
    restart: Statement | None
    documents: frozenset[str]


def _statements(table: Table) -> _Copied:
    add = insert(table).values({column: bindparam(column.name) for column in table.c})
    counter = table.autoincrement_column
    return _Copied(
        table,
        Statement(_in_sequence(table)),
        Statement(select(table)),
        Statement(select(func.count().label("rows")).select_from(table)),
        Statement(add),
        None if counter is None else Statement(select(restart_numbers(counter).label("next"))),
        frozenset(column.name for column in table.c if isinstance(column.type, JSON)),
    )


def _in_sequence(table: Table) -> Select[Any]:
    """Return the query for all rows; those that refer to others of the table come last."""
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    referring: list[Column[Any]] = sorted(own, key=lambda column: column.name)
    copied = (
        type_coerce(null(), column.type).label(column.name) if column in _CLAIMS else column
        for column in table.c
    )
    return select(*copied).order_by(*(column.is_not(None) for column in referring))


_CLAIMS = frozenset((deliveries.c.claimed_by, deliveries.c.claimed_until))
"""Columns that are left empty: nobody works on the copy yet."""


_TABLES = [_statements(table) for table in metadata.sorted_tables]
"""Each after those that it refers to."""


_NOT_OF_EXCHANGE = (broker_positions, sealing_keys)
"""`solebook migrate` may have told a broker of the target, which becomes the source's exchange. And
who opened the target has noted its key."""
_FORGET = [Statement(delete(table)) for table in _NOT_OF_EXCHANGE]
_NUMBERED = [column.name for column in outbox.c]
_ADD_LAST_SENT = Statement(
    insert(outbox).from_select(
        _NUMBERED,
        select(*(sent_messages.c[name] for name in _NUMBERED))
        .order_by(sent_messages.c.sequence.desc())
        .limit(1),
    )
)
_REMOVE_SENT = Statement(delete(outbox).where(outbox.c.id.in_(select(sent_messages.c.id))))


async def copy_store(source: SqlDatabase, target: SqlDatabase, tell: Tell) -> dict[str, Contents]:
    """Copy all rows of all tables, and return what each table contains.

    The source is read in one snapshot, and the target is written in one transaction, in portions.
    Before it is committed, what was written is compared with what was read. So a target that is not
    empty is whole. Search indexes are not copied. Raises NotCopied, Unavailable.
    """
    await _require_empty(target)
    copied: dict[str, Contents] = {}
    async with source.snapshot() as snapshot, target.transaction():
        for forget in _FORGET:
            await target.execute(forget)
        for one in _TABLES:
            copied[one.table.name] = await _copy(one, snapshot, target, tell)
        await _number_on_after_sent_messages(target)
        await _compare(copied, target, tell)
    return copied


async def _require_empty(target: SqlDatabase) -> None:
    async with target.snapshot() as snapshot:
        for one in _TABLES:
            if one.table not in _NOT_OF_EXCHANGE and (number := await _count(one, snapshot)):
                rows = counted(number, "row")
                raise NotCopied(
                    f"the target is not empty: its table {one.table.name} has {rows}. "
                    "Give a database that was only migrated, on which no process has run"
                )


async def _copy(one: _Copied, snapshot: SqlSnapshot, target: SqlDatabase, tell: Tell) -> Contents:
    total, done, checksum = await _count(one, snapshot), 0, 0
    name = one.table.name
    tell(name, 0, total)
    async for rows in _portions(one, snapshot):
        await target.execute_many(one.add, [row._asdict() for row in rows])
        done += len(rows)
        checksum = _added(checksum, one, rows)
        tell(name, done, total)
    if one.restart is not None:
        await target.rows(one.restart)
    return Contents(done, checksum)


async def _number_on_after_sent_messages(target: SqlDatabase) -> None:
    """Let messages get numbers above those that were sent, which have left the outbox.

    The last one is in the outbox for a moment, because a database numbers on after what is there.
    """
    await target.execute(_ADD_LAST_SENT)
    for one in _TABLES:
        if one.table is outbox and one.restart is not None:
            await target.rows(one.restart)
    await target.execute(_REMOVE_SENT)


async def _compare(copied: Mapping[str, Contents], target: SqlDatabase, tell: Tell) -> None:
    """Compare what the transaction has written with what was read. Raises NotCopied."""
    for number, one in enumerate(_TABLES, start=1):
        done, checksum = 0, 0
        async for rows in target.stream_own(one.check):
            done += len(rows)
            checksum = _added(checksum, one, rows)
        expected = copied[one.table.name]
        if Contents(done, checksum) != expected:
            raise NotCopied(
                f"the copy of table {one.table.name} differs: it has {done} rows with checksum "
                f"{checksum:032x}; it should have {expected.rows} with "
                f"{expected.checksum:032x}. Nothing was copied"
            )
        tell("comparing tables", number, len(_TABLES))


async def _count(one: _Copied, snapshot: SqlSnapshot) -> int:
    [row] = await snapshot.rows(one.count)
    return int(row.rows)


async def _portions(one: _Copied, snapshot: SqlSnapshot) -> AsyncIterator[Sequence[Row]]:
    async for rows in snapshot.stream(one.read):
        for first in range(0, len(rows), _PORTION):
            yield rows[first : first + _PORTION]


def _added(checksum: int, one: _Copied, rows: Sequence[Row]) -> int:
    """Return the checksum with more rows: the sum of their digests, so no sequence matters."""
    for row in rows:
        values = [
            _canonical(value) if name in one.documents else _plain(value)
            for name, value in row._asdict().items()
        ]
        digest = blake2b(repr(values).encode(), digest_size=_BYTES).digest()
        checksum += int.from_bytes(digest)
    return checksum % _ALL


def _canonical(document: str | None) -> str | None:
    """Return a JSON text as every database would return it."""
    if document is None:
        return None
    return json.dumps(json.loads(document), sort_keys=True)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value
