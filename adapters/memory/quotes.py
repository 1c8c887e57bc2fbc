"""Bids, asks and matches for reading, in memory."""

from collections.abc import Sequence
from datetime import datetime

from ...ports.language.errors import IdempotencyKeyReused, NotFound
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import OrderId, QuoteId, UserId
from ...ports.language.market import BookKey, Match, QueuePlace, Quote, QuoteStatus, Side
from ...ports.language.paging import Page, PageRequest
from ...ports.language.placement import Placement
from ...ports.quotes import Quotes
from .database import MemoryAdapter
from .idempotency_keys import committed_placement
from .paging import newest_first
from .tables import until


class MemoryQuotes(MemoryAdapter, Quotes):
    """Reads what MemoryBooks committed."""

    async def get(self, quote_id: QuoteId) -> Quote:
        with await self._database.reading():
            quote = self._tables.every_quote.get(quote_id)
        if quote is None:
            raise NotFound(what="quote", id=quote_id)
        return quote

    async def of_user(
        self,
        user_id: UserId,
        side: Side,
        request: PageRequest,
        status: QuoteStatus | None = None,
        *,
        standing: bool = False,
    ) -> Page[Quote]:
        with await self._database.reading():
            return newest_first(
                self._tables.quotes_of_user.get((user_id, side), ()),
                self._tables.every_quote,
                request,
                lambda quote: (
                    (status is None or quote.status is status)
                    and (quote.status.stands or not standing)
                ),
            )

    async def stand_in(self, book: BookKey) -> bool:
        with await self._database.reading():
            return bool(self._tables.standing_in_book.get(book))

    async def place_in_queue(self, quote: Quote) -> QueuePlace:
        with await self._database.reading():
            quotes = self._tables.quotes
            standing = [quotes[i] for i in self._tables.standing_in_book.get(quote.book, ())]
            book = [other for other in standing if other.status is QuoteStatus.ACTIVE]
        sign = 1 if quote.side is Side.BID else -1
        others = [(sign * q.amount, q.sequence) for q in book if q.side is quote.side]
        amount = sign * quote.amount
        return QueuePlace(
            better_price=sum(other > amount for other, _ in others),
            same_price=sum(
                other == amount and sequence < quote.sequence for other, sequence in others
            ),
        )

    async def answered(self, key: IdempotencyKey) -> Placement | None:
        with await self._database.reading():
            placement = committed_placement(self._tables, key)
        if isinstance(placement, IdempotencyKeyReused):
            raise placement
        return placement

    async def overdue(self, now: datetime, limit: int) -> Sequence[Quote]:
        with await self._database.reading():
            standing = until(now, self._tables.standing_on_day)
            found = [quote for quote in standing if quote.expires_at <= now]
        found.sort(key=lambda quote: (quote.expires_at, quote.id))
        return found[:limit]

    async def match(self, match_id: OrderId) -> Match:
        with await self._database.reading():
            match = self._tables.matches.get(match_id)
        if match is None:
            raise NotFound(what="match", id=match_id)
        return match
