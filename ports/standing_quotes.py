"""The port to all standing quotes at once: those that wait for a trade."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .language.ids import UserId
from .language.market import Side
from .language.money import Cents
from .language.rules import MarketRules


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
