"""Declines and bars from bidding, in memory."""

from collections.abc import Sequence
from datetime import datetime

from ...ports.language.ids import UserId
from ...ports.language.payments import Decline
from ...ports.language.users import BidBar
from ...ports.payments import Declines
from .database import MemoryAdapter

_MOST = 100


class MemoryDeclines(MemoryAdapter, Declines):
    """Declines by order, and an index by buyer of the ones that count."""

    async def add(self, decline: Decline) -> bool:
        await self._database.writing()
        if decline.order_id in self._tables.declines:
            return False
        of_buyer = self._tables.declines_of_buyer[decline.buyer_id]
        self._database.put(self._tables.declines, decline.order_id, decline)
        self._database.put(of_buyer, decline.order_id, None)
        return True

    async def since(self, buyer_id: UserId, instant: datetime) -> Sequence[Decline]:
        with await self._database.reading():
            ids = self._tables.declines_of_buyer.get(buyer_id, ())
            every = [self._tables.declines[order_id] for order_id in ids]
        lately = [decline for decline in every if decline.at > instant]
        lately.sort(key=lambda decline: (decline.at, decline.order_id), reverse=True)
        return lately[:_MOST]

    async def bar(self, bar: BidBar) -> None:
        await self._database.writing()
        self._database.put(self._tables.bid_bars, bar.buyer_id, bar)

    async def find_bar(self, buyer_id: UserId) -> BidBar | None:
        with await self._database.reading():
            return self._tables.bid_bars.get(buyer_id)

    async def forgive(self, buyer_id: UserId, at: datetime) -> int:
        await self._database.writing()
        of_buyer = self._tables.declines_of_buyer.get(buyer_id, {})
        forgiven = tuple(of_buyer)
        for order_id in forgiven:
            self._database.remove(of_buyer, order_id)
        if buyer_id in self._tables.bid_bars:
            self._database.remove(self._tables.bid_bars, buyer_id)
        return len(forgiven)
