"""What the payment provider moved, and what is still to compare, in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice

from ...ports.language.ids import OrderId
from ...ports.language.movements import Movement
from ...ports.language.reconciliation import Bookmark, OpenItem
from ...ports.language.records import replace
from ...ports.reconciliation import OpenItems, ProviderRecords
from .database import MemoryAdapter


class MemoryProviderRecords(MemoryAdapter, ProviderRecords):
    """The movements by place, in sequence, and when each was last read."""

    async def add(self, movements: Sequence[Movement], at: datetime) -> Sequence[Movement]:
        await self._database.writing()
        known = self._tables.provider_movements
        new = [movement for movement in movements if movement.place not in known]
        for movement in new:
            self._database.put(known, movement.place, movement)
            self._database.put(self._tables.movements_read, movement.place, at)
        return new

    async def note_read(self, places: Collection[str], at: datetime) -> None:
        await self._database.writing()
        for place in places:
            if place in self._tables.provider_movements:
                self._database.put(self._tables.movements_read, place, at)

    async def place_before_last(self, number: int) -> str:
        with await self._database.reading():
            latest = reversed(self._tables.provider_movements)
            return next(islice(latest, number, None), "")

    async def at(self, places: Collection[str]) -> Mapping[str, Movement]:
        with await self._database.reading():
            known = self._tables.provider_movements
            return {place: known[place] for place in places if place in known}

    async def of_orders(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        wanted = set(order_ids)
        return [movement for movement in await self._all() if movement.order_id in wanted]

    async def under(self, accounts: Collection[str]) -> Sequence[Movement]:
        wanted = set(accounts)
        return [movement for movement in await self._all() if movement.account in wanted]

    async def between(
        self, since: datetime, until: datetime, after: str, limit: int
    ) -> Sequence[Movement]:
        found = (
            movement
            for movement in await self._all()
            if movement.at is not None and since < movement.at < until and movement.place > after
        )
        return sorted(found, key=lambda movement: movement.place)[:limit]

    async def not_read_since(self, instant: datetime, limit: int) -> Sequence[Movement]:
        with await self._database.reading():
            read = self._tables.movements_read
            known = self._tables.provider_movements.values()
            return list(islice((each for each in known if read[each.place] < instant), limit))

    async def _all(self) -> Sequence[Movement]:
        with await self._database.reading():
            return list(self._tables.provider_movements.values())


class MemoryOpenItems(MemoryAdapter, OpenItems):
    """The open items by subject, and one bookmark."""

    async def open(self, subjects: Mapping[str, datetime]) -> None:
        await self._database.writing()
        for subject, since in subjects.items():
            item = self._tables.unreconciled.get(subject, OpenItem(subject, since, times=0))
            again = replace(item, times=item.times + 1)
            self._database.put(self._tables.unreconciled, subject, again)

    async def page(self, after: str, limit: int) -> Sequence[OpenItem]:
        with await self._database.reading():
            items = self._tables.unreconciled.values()
            later = (item for item in items if item.subject > after)
            return sorted(later, key=lambda item: item.subject)[:limit]

    async def tell(self, subject: str, what: str) -> None:
        await self._database.writing()
        item = self._tables.unreconciled.get(subject)
        if item is not None:
            self._database.put(self._tables.unreconciled, subject, replace(item, told=what))

    async def close(self, items: Collection[OpenItem]) -> None:
        await self._database.writing()
        for item in items:
            held = self._tables.unreconciled.get(item.subject)
            if held is not None and held.times == item.times:
                self._database.remove(self._tables.unreconciled, item.subject)

    async def bookmark(self) -> Bookmark:
        with await self._database.reading():
            return self._tables.reconciliation.get(None, Bookmark())

    async def move(self, bookmark: Bookmark) -> None:
        await self._database.writing()
        self._database.put(self._tables.reconciliation, None, bookmark)
