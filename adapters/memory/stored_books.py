"""Views of stored order books, in memory."""

from collections import Counter
from collections.abc import Sequence

from ...ports.book_views import StoredBooks
from ...ports.language.market import BookKey, BookView, PriceLevel, QuoteStatus, Side
from .database import MemoryAdapter
from .tables import ShardState


class MemoryStoredBooks(MemoryAdapter, StoredBooks):
    """Counts the quotes at each amount."""

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        with await self._database.reading():
            return [self._view(book, depth) for book in books]

    def _view(self, book: BookKey, depth: int | None) -> BookView:
        quotes = [self._tables.quotes[i] for i in self._tables.standing_in_book.get(book, ())]
        levels = {
            side: Counter(
                quote.amount
                for quote in quotes
                if quote.side is side and quote.status is QuoteStatus.ACTIVE
            )
            for side in Side
        }
        shard = self._tables.shards.get(0, ShardState())  # a store in memory has one
        halts = self._tables.halts.values()
        return BookView(
            book,
            shard.sequence,
            _best_first(levels[Side.BID], depth, descending=True),
            _best_first(levels[Side.ASK], depth, descending=False),
            halted=any(halt.stands and halt.covers(book) for halt in halts),
        )


def _best_first(
    levels: Counter[int], depth: int | None, *, descending: bool
) -> tuple[PriceLevel, ...]:
    prices = sorted(levels, reverse=descending)[:depth]
    return tuple(PriceLevel(price, levels[price]) for price in prices)
