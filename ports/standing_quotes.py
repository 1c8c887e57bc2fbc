"""The port to all standing quotes at once: those that wait for a trade."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from .language.market import Side
from .language.rules import MarketRules
from .language.standing_quotes import OwnedQuotes, StandingCount


class StandingQuotes(Protocol):
    """Bids and asks that rest in a book, or wait for a halted one to open. Quick for very many.

    One that is expired by `now` is none, whether or not it was tidied away.
    """

    async def outside(self, rules: MarketRules, now: datetime) -> StandingCount:
        """Count those at amounts that the rules do not allow."""
        ...

    def by_owner(self, side: Side, now: datetime) -> AsyncIterator[OwnedQuotes]:
        """Yield them by owner and amount, one owner after the other."""
        ...
