"""Personal values that cannot be opened or found, in SQL."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import select

from ....ports.cipher import Cipher
from ....ports.language.integrity import Unopened
from ....ports.language.sealing import NotOpened
from ..engine.sealing import open_value, row_name, sealed_columns
from ..engine.snapshot import SqlSnapshot
from ..engine.statement import Statement
from ..schema import metadata
from ..sealed_values import SealedValue, as_stored, values_of

_ALL = [
    (values_of(table), Statement(select(*as_stored(table))), table.name)
    for table in metadata.sorted_tables
    if sealed_columns(table)
]


async def unopened_values(snapshot: SqlSnapshot) -> AsyncIterator[Unopened]:
    """Yield the values that do not open, and those that would not be found by what they are."""
    for values, statement, table in _ALL:
        async for rows in snapshot.stream(statement):
            for row in rows:
                for value in values:
                    problem = _problem(snapshot.cipher, value, row)
                    if problem is not None:
                        name = " ".join(str(getattr(row, by)) for by in value.by)
                        yield Unopened(f"{table} {name}", f"{value.name} {problem}")


def _problem(cipher: Cipher, value: SealedValue, row: Any) -> str | None:
    stored = getattr(row, value.name)
    if stored is None:
        is_named = value.lookup is not None and getattr(row, value.lookup) is not None
        return "is missing, but its hash is there" if is_named else None
    name = row_name([getattr(row, by) for by in value.by])
    try:
        text = open_value(cipher, value.column, name, stored)
    except NotOpened as error:
        return f"does not open: {error}"
    if value.lookup is None:
        return None
    known = cipher.lookups(value.column.place, text)
    return None if getattr(row, value.lookup) in known else "is not found by its hash"
