"""What can be asked of a shard: each command says what it must read, and what it does in memory."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from ...ports.language.errors import NotFound, QuoteNotActive
from ...ports.language.market import Quote, QuoteStatus
from .shard import Shard
from .stored import Stored, Wanted

T = TypeVar("T")


class Command(ABC, Generic[T]):
    """One command to a shard, answered with a T."""

    __slots__ = ()

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Add what must be read before the command is applied; by default nothing."""
        return

    def returns(self, stored: Stored) -> Quote | None:
        """Return the ask that the command may bring back into its book, if any."""
        return None

    @abstractmethod
    def apply(self, shard: Shard, stored: Stored, now: datetime) -> T:
        """Change the shard, or raise a refusal and change nothing."""


def turn(command: Command[Any], stored: Stored) -> tuple[bool, int]:
    """Return what the commands of a batch are sorted by: returning asks first, as they arrived.

    No caller can tell that another was served first, for none has an answer yet. A batch that read
    no matches has no asks that return.
    """
    ask = command.returns(stored)
    return ask is None, 0 if ask is None else ask.sequence


@dataclass(frozen=True, slots=True)
class OnStanding(Command[T]):
    """A command on a quote as its caller last saw it."""

    quote: Quote

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Ask for the quote unless it rests where the caller saw it, and for its book."""
        if shard.find(self.quote) is None:
            wanted.quotes.add(self.quote.id)
            wanted.books.add(self.quote.book)

    def latest(self, shard: Shard, stored: Stored) -> Quote:
        """Return the quote as it is now. Raises NotFound."""
        latest = (
            shard.noted(self.quote.id) or shard.find(self.quote) or stored.quotes.get(self.quote.id)
        )
        if latest is None:
            raise NotFound(what=self.quote.side, id=self.quote.id)
        return latest

    def standing(self, shard: Shard, stored: Stored) -> Quote:
        """Return the quote as it stands now. Raises QuoteNotActive, NotFound."""
        latest = self.latest(shard, stored)
        if not latest.status.stands:
            raise QuoteNotActive(id=latest.id, side=latest.side, status=latest.status)
        return latest


@dataclass(frozen=True, slots=True)
class Cancel(OnStanding[Quote]):
    """Take a quote out of its book, or an ask that waits to return to it."""

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Quote:
        """Raises QuoteNotActive."""
        return shard.end(self.standing(shard, stored), QuoteStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Expire(OnStanding[Quote]):
    """Take a quote out whose time is over; anything else about it stays."""

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Quote:
        """Return the quote as it is now."""
        latest = self.latest(shard, stored)
        if latest.status.stands and latest.expires_at <= now:
            return shard.end(latest, QuoteStatus.EXPIRED)
        return latest


@dataclass(frozen=True, slots=True)
class Nothing(Command[None]):
    """Changes nothing; it brings the engine to see to what an earlier batch left over."""

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> None:
        """Do nothing."""
