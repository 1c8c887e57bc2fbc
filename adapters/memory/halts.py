"""Halts for reading, in memory."""

from ...ports.halts import Halts
from ...ports.language.errors import NotFound
from ...ports.language.halts import Halt
from ...ports.language.ids import HaltId
from ...ports.language.paging import Page, PageRequest
from .database import MemoryAdapter
from .paging import newest_first


class MemoryHalts(MemoryAdapter, Halts):
    """Reads what MemoryBooks committed."""

    async def get(self, halt_id: HaltId) -> Halt:
        with await self._database.reading():
            halt = self._tables.halts.get(halt_id)
        if halt is None:
            raise NotFound(what="halt", id=halt_id)
        return halt

    async def page(self, request: PageRequest, *, standing: bool | None = None) -> Page[Halt]:
        halts = self._tables.halts
        with await self._database.reading():
            return newest_first(halts, halts, request, lambda halt: standing in (None, halt.stands))
