"""The products of the serving slot in memory, brought up to date before each search.

Every write of the index has a number, which its products keep. So what any process has changed
since the last search is found by one index.
"""

import asyncio
from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, select

from ...text_search.columns import IndexedProduct, ProductColumns
from ...text_search.names import own_keys
from ..engine.database import SqlDatabase
from ..engine.shared_read import SharedRead
from ..engine.statement import Row, Statement
from .document_rows import hit_of
from .sqlite_search_slot import PORTION, SearchSlot
from .sqlite_search_tables import search_index, search_removed

SLOTS = {"a": SearchSlot("a"), "b": SearchSlot("b")}

_STATE = Statement(select(search_index))
_REMOVED = Statement(
    select(search_removed.c.product_id).where(search_removed.c.changed > bindparam("change"))
)
_BEFORE_ALL = -1
_AFTER_ALL = 2**62
"""A number after those of all products."""


async def read_state(database: SqlDatabase) -> Row:
    """Return the row of `search_index`."""
    return (await database.rows(_STATE))[0]


class SqliteSearchColumns:
    """The products of the serving slot.

    The first search after a start or a rebuild reads all of them, in portions, and searches of that
    time wait for it. Later ones read what was changed.
    """

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._columns = ProductColumns()
        self._swaps = -1
        self._changes = _BEFORE_ALL
        """The number of the last write that is known here."""
        self._place = (_BEFORE_ALL, _AFTER_ALL)
        """The write, and the number in the index, of the last product that was read."""
        self._reading = asyncio.Lock()
        self._state = SharedRead(database, self._read_state)

    async def current(self) -> tuple[SearchSlot, ProductColumns]:
        """Return the serving slot and its products as of now, or later. Raises Unavailable."""
        state = await self._state("state")
        assert state is not None
        if not self._knows(state):
            async with self._reading:
                state = await read_state(self._database)
                if not self._knows(state):
                    await self._catch_up(state)
        return SLOTS[state.serving], self._columns

    async def _read_state(self, keys: Collection[str]) -> Mapping[str, Row]:
        return dict.fromkeys(keys, await read_state(self._database))

    def _knows(self, state: Row) -> bool:
        return bool(state.swaps == self._swaps and state.changes <= self._changes)

    async def _catch_up(self, state: Row) -> None:
        if state.swaps != self._swaps:
            self._columns = ProductColumns()
            self._swaps, self._changes = state.swaps, _BEFORE_ALL
            self._place = (_BEFORE_ALL, _AFTER_ALL)
        slot, columns = SLOTS[state.serving], self._columns
        if self._changes != _BEFORE_ALL:
            for row in await self._database.rows(_REMOVED, change=self._changes):
                columns.remove(row.product_id)
        while True:
            change, number = self._place
            rows = await self._database.rows(
                slot.changed, change=change, number=number, until=state.changes
            )
            for row in rows:
                columns.put(_product(row))
            if len(rows) < PORTION:
                break
            self._place = (rows[-1].changed, rows[-1].number)
            await asyncio.sleep(0)  # so that other requests are answered meanwhile
        self._place, self._changes = (state.changes, _AFTER_ALL), state.changes


def _product(row: Row) -> IndexedProduct:
    return IndexedProduct(row.number, row.version, hit_of(row), row.brand_key, own_keys(row))
