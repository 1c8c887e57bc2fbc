"""Known places, in memory."""

from collections.abc import Sequence

from ...ports.known_places import KnownPlaces
from ...ports.language.ids import UserId
from ...ports.language.places import KnownPlace
from .database import MemoryAdapter


class MemoryKnownPlaces(MemoryAdapter, KnownPlaces):
    """A list for each user."""

    async def of(self, user_id: UserId) -> Sequence[KnownPlace]:
        with await self._database.reading():
            return self._tables.known_places.get(user_id, ())

    async def put(self, user_id: UserId, places: Sequence[KnownPlace]) -> None:
        await self._database.writing()
        self._database.put(self._tables.known_places, user_id, tuple(places))
