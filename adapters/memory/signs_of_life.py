"""The last instant at which the exchange was up, in memory."""

from datetime import datetime

from ...ports.signs_of_life import SignsOfLife
from .database import MemoryAdapter


class MemorySignsOfLife(MemoryAdapter, SignsOfLife):
    """One instant."""

    async def latest(self) -> datetime | None:
        with await self._database.reading():
            return self._tables.sign_of_life.get(None)

    async def note(self, at: datetime) -> None:
        await self._database.writing()
        self._database.put(self._tables.sign_of_life, None, at)
