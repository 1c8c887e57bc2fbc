"""Counts of standing quotes, in total and by owner."""

from dataclasses import dataclass

from .ids import UserId
from .money import Cents


@dataclass(frozen=True, slots=True)
class StandingCount:
    """The number of standing quotes, by side, and of their owners."""

    bids: int = 0
    asks: int = 0
    owners: int = 0

    @property
    def quotes(self) -> int:
        """Bids and asks together."""
        return self.bids + self.asks


@dataclass(frozen=True, slots=True)
class OwnedQuotes:
    """The number of a user's standing quotes at one amount on one side."""

    user_id: UserId
    amount: Cents
    quotes: int
