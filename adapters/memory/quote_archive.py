"""The archive of ended quotes, in memory."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from ...ports.language.market import Quote, QuoteStatus
from ...ports.language.orders import OrderStatus
from ...ports.language.portions import PORTION
from ...ports.quote_archive import QuoteArchive
from .database import MemoryAdapter

_SOLD = (OrderStatus.DELIVERED, OrderStatus.AUTH_FAILED)


class MemoryQuoteArchive(MemoryAdapter, QuoteArchive):
    """Ended quotes by id."""

    async def archive(self, placed_before: datetime) -> int:
        await self._database.writing()
        old = (q for q in self._tables.quotes.values() if q.created_at < placed_before)
        moved = list(islice((quote for quote in old if self._is_final(quote)), PORTION))
        for quote in moved:
            self._database.remove(self._tables.quotes, quote.id)
            self._database.put(self._tables.ended_quotes, quote.id, quote)
        return len(moved)

    async def forget(self, expired_before: datetime) -> int:
        await self._database.writing()
        forgotten = list(islice(self._without_trade(expired_before), PORTION))
        for quote in forgotten:
            self._database.remove(self._tables.ended_quotes, quote.id)
            of_user = self._tables.quotes_of_user[quote.user_id, quote.side]
            self._database.remove(of_user, quote.id)
        return len(forgotten)

    def _is_final(self, quote: Quote) -> bool:
        if quote.status is not QuoteStatus.MATCHED:
            return not quote.status.stands
        assert quote.match_id is not None, quote
        order = self._tables.orders.get(quote.match_id)
        return order is not None and order.status in _SOLD

    def _without_trade(self, expired_before: datetime) -> Iterator[Quote]:
        traded = {match.ask_id for match in self._tables.matches.values()}
        for quote in self._tables.ended_quotes.values():
            is_old = quote.match_id is None and quote.expires_at < expired_before
            if is_old and quote.id not in traded:
                yield quote
