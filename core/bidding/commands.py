"""Commands to a shard. Each states what to read from the store, and what to change in memory."""

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
    """A command to a shard. Its answer is a T."""

    __slots__ = ()

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Add to `wanted` what must be read before the command is applied. Default: nothing."""
        return

    def returns(self, stored: Stored) -> Quote | None:
        """Return the ask that the command may return to its book, or None."""
        return None

    @abstractmethod
    def apply(self, shard: Shard, stored: Stored, now: datetime) -> T:
        """Change the shard and return the answer, or raise a refusal and change nothing."""


def turn(command: Command[Any], stored: Stored) -> tuple[bool, int]:
    """Return the sort key of a command in its batch: returning asks first, in order of arrival.

    This reordering is invisible to callers, because none of them has an answer yet. A batch that
    read no matches has no returning asks.
    """
    ask = command.returns(stored)
    return ask is None, 0 if ask is None else ask.sequence


@dataclass(frozen=True, slots=True)
class OnStanding(Command[T]):
    """A command on a quote as its caller last saw it."""

    quote: Quote

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Request the quote and its book, unless the quote is in memory where the caller saw it."""
        if shard.find(self.quote) is None:
            wanted.quotes.add(self.quote.id)
            wanted.books.add(self.quote.book)

    def latest(self, shard: Shard, stored: Stored) -> Quote:
        """Return the latest state of the quote. Raises NotFound."""
        latest = (
            shard.noted(self.quote.id) or shard.find(self.quote) or stored.quotes.get(self.quote.id)
        )
        if latest is None:
            raise NotFound(what=self.quote.side, id=self.quote.id)
        return latest

    def standing(self, shard: Shard, stored: Stored) -> Quote:
        """Return the latest state of the standing quote. Raises QuoteNotActive, NotFound."""
        latest = self.latest(shard, stored)
        if not latest.status.stands:
            raise QuoteNotActive(id=latest.id, side=latest.side, status=latest.status)
        return latest

    def cancelled(self, shard: Shard, stored: Stored) -> Quote | None:
        """Return the quote if it is cancelled already, or None. Raises NotFound."""
        latest = self.latest(shard, stored)
        return latest if latest.status is QuoteStatus.CANCELLED else None


@dataclass(frozen=True, slots=True)
class Cancel(OnStanding[Quote]):
    """Cancel a quote that rests, or an ask that waits."""

    again: bool = False

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Quote:
        """Return the cancelled quote. Raises QuoteNotActive."""
        if self.again and (done := self.cancelled(shard, stored)):
            return done
        return shard.end(self.standing(shard, stored), QuoteStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Expire(OnStanding[Quote]):
    """Expire a quote if it is overdue. Any other quote does not change."""

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Quote:
        """Return the latest state of the quote."""
        latest = self.latest(shard, stored)
        if latest.status.stands and latest.expires_at <= now:
            return shard.end(latest, QuoteStatus.EXPIRED)
        return latest


@dataclass(frozen=True, slots=True)
class Nothing(Command[None]):
    """Change nothing. It makes the engine run a batch, which first settles a failed one."""

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> None:
        """Do nothing."""
