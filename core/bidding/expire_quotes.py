"""Expire overdue quotes."""

import asyncio
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.matching import Matching
from ...ports.quotes import Quotes

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ExpireQuotes:
    """Removes overdue quotes from their books.

    Matching never trades with an expired quote. This only keeps the public view of a book correct
    and the book small.
    """

    quotes: Quotes
    matching: Matching
    clock: Clock

    async def __call__(self) -> int:
        """Expire one batch of overdue quotes and return its size. Call again until it is zero."""
        overdue = await self.quotes.overdue(self.clock.now(), _AT_ONCE)
        await asyncio.gather(*(self.matching.expire(quote) for quote in overdue))
        return len(overdue)
