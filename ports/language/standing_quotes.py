"""How many quotes stand, in all and by owner."""

from dataclasses import dataclass

from .ids import UserId
from .money import Cents


@dataclass(frozen=True, slots=True)
class StandingCount:
    """How many standing quotes there are of a kind, and how many users own them."""

    bids: int = 0
    asks: int = 0
    owners: int = 0

    @property
    def quotes(self) -> int:
        """Bids and asks together."""
        return self.bids + self.asks


@dataclass(frozen=True, slots=True)
class OwnedQuotes:
    """How many quotes of one user stand at one amount (cents) on one side."""

    user_id: UserId
    amount: Cents
    quotes: int
