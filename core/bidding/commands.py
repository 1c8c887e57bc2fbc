"""What can be asked of a shard: each command says what it must read, and what it does in memory."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from ...ports.language.errors import IdempotencyKeyReused, NotFound, QuoteNotActive
from ...ports.language.ids import OrderId, QuoteId, UserId
from ...ports.language.market import MatchStatus, Quote, QuoteStatus, Side, WithdrawalReason
from ...ports.language.money import Cents
from ...ports.matching import Placement, PlaceQuote
from .shard import Shard
from .stored import Stored, Wanted

T = TypeVar("T")


class Command(ABC, Generic[T]):
    """One command to a shard, answered with a T."""

    __slots__ = ()

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Add what must be read before the command is applied; by default nothing."""
        return

    @abstractmethod
    def apply(self, shard: Shard, stored: Stored, now: datetime) -> T:
        """Change the shard, or raise a refusal and change nothing."""


@dataclass(frozen=True, slots=True)
class Place(Command[Placement]):
    """Place a new quote, once for each idempotency key."""

    command: PlaceQuote

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Ask for the key's answer, and whether the user may trade."""
        wanted.traders.add(self.command.user_id)
        if self.command.idempotency_key is not None:
            wanted.keys.add(self.command.idempotency_key)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Placement:
        """See the port for what it raises. A key that was answered is answered again first."""
        key = self.command.idempotency_key
        if key is not None:
            earlier = stored.answers.get(key) or shard.answered(key)
            if isinstance(earlier, IdempotencyKeyReused):
                raise earlier
            if earlier is not None:
                return replace(earlier, replayed=True)
        stored.check_may_trade(self.command.user_id, self.command.side)
        return shard.place(self.command, now)


@dataclass(frozen=True, slots=True)
class _OnResting(Command[T]):
    """A command on a quote as its caller last saw it."""

    quote: Quote

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Ask for the quote unless it rests where the caller saw it."""
        if shard.find(self.quote) is None:
            wanted.quotes.add(self.quote.id)

    def latest(self, shard: Shard, stored: Stored) -> Quote:
        """Return the quote as it is now. Raises NotFound."""
        latest = (
            shard.noted(self.quote.id) or shard.find(self.quote) or stored.quotes.get(self.quote.id)
        )
        if latest is None:
            raise NotFound(what=self.quote.side, id=self.quote.id)
        return latest

    def resting(self, shard: Shard, stored: Stored) -> Quote:
        """Return the quote as it rests now. Raises QuoteNotActive, NotFound."""
        latest = self.latest(shard, stored)
        if latest.status is not QuoteStatus.ACTIVE:
            raise QuoteNotActive(id=latest.id, side=latest.side, status=latest.status)
        return latest


@dataclass(frozen=True, slots=True)
class Reprice(_OnResting[Placement]):
    """Move a resting quote to another amount, another expiry, or both."""

    amount: Cents | None
    expires_at: datetime | None

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Ask for the quote too, and whether its owner may trade."""
        _OnResting.ask_for(self, wanted, shard)
        wanted.traders.add(self.quote.user_id)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Placement:
        """Raises QuoteNotActive, SelfTrade, UserSuspended, TradingBarred."""
        stored.check_may_trade(self.quote.user_id, self.quote.side)
        return shard.reprice(self.resting(shard, stored), self.amount, self.expires_at, now)


@dataclass(frozen=True, slots=True)
class Cancel(_OnResting[Quote]):
    """Take a resting quote out of its book."""

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Quote:
        """Raises QuoteNotActive."""
        return shard.end(self.resting(shard, stored), QuoteStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Expire(_OnResting[Quote]):
    """Take a quote out whose time is over; anything else about it stays."""

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Quote:
        """Return the quote as it is now."""
        latest = self.latest(shard, stored)
        if latest.status is QuoteStatus.ACTIVE and latest.expires_at <= now:
            return shard.end(latest, QuoteStatus.EXPIRED)
        return latest


@dataclass(frozen=True, slots=True)
class Withdraw(Command[Quote]):
    """Withdraw one quote, whoever's it is."""

    quote_id: QuoteId
    reason: WithdrawalReason
    note: str | None

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Ask for the quote."""
        wanted.quotes.add(self.quote_id)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Quote:
        """Raises NotFound, QuoteNotActive."""
        latest = shard.noted(self.quote_id) or stored.quotes.get(self.quote_id)
        if latest is None:
            raise NotFound(what="quote", id=self.quote_id)
        if latest.status is not QuoteStatus.ACTIVE:
            raise QuoteNotActive(id=latest.id, side=latest.side, status=latest.status)
        return shard.withdraw([latest], self.reason, self.note)[0]


@dataclass(frozen=True, slots=True)
class WithdrawAll(Command[int]):
    """Withdraw every quote of one user on some sides, as they are when this is applied."""

    user_id: UserId
    sides: Collection[Side]
    reason: WithdrawalReason
    note: str | None

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> int:
        """Return how many there were."""
        standing = shard.standing(self.user_id, self.sides)
        return len(shard.withdraw(standing, self.reason, self.note))


@dataclass(frozen=True, slots=True)
class Nothing(Command[None]):
    """Changes nothing; it brings the engine to see to what earlier batches left over."""

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Unwind(Command[None]):
    """Undo a match whose order was cancelled."""

    match: OrderId
    ask_returns: bool

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Ask for the match."""
        wanted.matches.add(self.match)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> None:
        """Raises NotFound."""
        match = stored.matches.get(self.match)
        if match is None:
            raise NotFound(what="match", id=self.match)
        if match.status is MatchStatus.UNWOUND or self.match in shard.batch.unwound:
            return
        bid, ask = stored.quotes[match.bid_id], stored.quotes[match.ask_id]
        shard.unwind(match, bid, ask, now, ask_returns=self.ask_returns)
