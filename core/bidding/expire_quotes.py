"""Quotes whose time is over are tidied away."""

import asyncio
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.matching import Matching
from ...ports.quotes import Quotes

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ExpireQuotes:
    """Takes overdue quotes out of their books.

    Matching never trades with an expired quote, so this is for the book's looks and for its size.
    """

    quotes: Quotes
    matching: Matching
    clock: Clock

    async def __call__(self) -> int:
        """Expire a bounded number and return it; call again while it is not zero."""
        overdue = await self.quotes.overdue(self.clock.now(), _AT_ONCE)
        await asyncio.gather(*(self.matching.expire(quote) for quote in overdue))
        return len(overdue)
