"""The port to aggregates over all standing quotes."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from .language.market import Side
from .language.rules import MarketRules
from .language.standing_quotes import OwnedQuotes, StandingCount


class StandingQuotes(Protocol):
    """Bids and asks that rest in a book or wait for a halted one. Fast for very many quotes.

    Quotes that are expired at `now` do not count, even if they are still in a book.
    """

    async def outside(self, rules: MarketRules, now: datetime) -> StandingCount:
        """Count the quotes at amounts that the rules do not allow."""
        ...

    def by_owner(self, side: Side, now: datetime) -> AsyncIterator[OwnedQuotes]:
        """Yield the quotes grouped by owner and amount, one owner after the other."""
        ...
