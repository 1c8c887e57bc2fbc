"""The read-only port to stored bids, asks and matches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from .language.idempotency import IdempotencyKey
from .language.ids import OrderId, QuoteId, UserId
from .language.market import BookKey, Match, QueuePlace, Quote, QuoteStatus, Side
from .language.paging import Page, PageRequest
from .language.placement import Placement


class Quotes(Protocol):
    """Bids, asks and matches as the engine last committed them."""

    async def get(self, quote_id: QuoteId) -> Quote:
        """Return the bid or ask. Raises NotFound."""
        ...

    async def of_user(
        self,
        user_id: UserId,
        side: Side,
        request: PageRequest,
        status: QuoteStatus | None = None,
        *,
        standing: bool = False,
    ) -> Page[Quote]:
        """Return a page of the user's bids or asks, newest first.

        With a `status`, only quotes in it. With `standing`, only quotes that may still trade.
        """
        ...

    async def stand_in(self, book: BookKey) -> bool:
        """Return whether a quote rests in a book, or waits for it to open."""
        ...

    async def place_in_queue(self, quote: Quote) -> QueuePlace:
        """Return how many active quotes come before an active one, on its side of its book."""
        ...

    async def answered(self, key: IdempotencyKey) -> Placement | None:
        """Return the placement that was committed under the key. Raises IdempotencyKeyReused."""
        ...

    async def overdue(self, now: datetime, limit: int) -> Sequence[Quote]:
        """Return active quotes that expired by `now`, longest overdue first."""
        ...

    async def match(self, match_id: OrderId) -> Match:
        """Return the match. Raises NotFound."""
        ...
