"""What can be asked of a shard: each command says what it must read, and what it does in memory."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

from ...ports.idempotency_keys import IdempotencyKey
from ...ports.language.errors import IdempotencyKeyReused, NotFound, QuoteNotActive
from ...ports.language.ids import OrderId, QuoteId
from ...ports.language.market import Match, MatchStatus, Quote, QuoteStatus
from ...ports.language.money import Cents
from ...ports.matching import Placement, PlaceQuote
from .shard import Shard

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch's commands need of the store, read once for all of them."""

    quotes: Mapping[QuoteId, Quote] = field(default_factory=dict)
    matches: Mapping[OrderId, Match] = field(default_factory=dict)
    answers: Mapping[IdempotencyKey, Placement | IdempotencyKeyReused] = field(default_factory=dict)


class Command(ABC, Generic[T]):
    """One command to a shard, answered with a T."""

    __slots__ = ()

    @property
    def key(self) -> IdempotencyKey | None:
        """The idempotency key to look up before it is applied."""
        return None

    @property
    def match_id(self) -> OrderId | None:
        """The match to read, with its quotes, before it is applied."""
        return None

    def missing(self, shard: Shard) -> QuoteId | None:
        """Return the quote to read because it does not rest where the caller last saw it."""
        return None

    @abstractmethod
    def apply(self, shard: Shard, stored: Stored, now: datetime) -> T:
        """Change the shard, or raise a refusal and change nothing."""


@dataclass(frozen=True, slots=True)
class Place(Command[Placement]):
    """Place a new quote, once for each idempotency key."""

    command: PlaceQuote

    @property
    def key(self) -> IdempotencyKey | None:
        """The placement's own key."""
        return self.command.idempotency_key

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Placement:
        """Raises SelfTrade, NoCounterpart, TooManyOpenQuotes, IdempotencyKeyReused."""
        if self.key is not None:
            earlier = stored.answers.get(self.key) or shard.answered(self.key)
            if isinstance(earlier, IdempotencyKeyReused):
                raise earlier
            if earlier is not None:
                return replace(earlier, replayed=True)
        return shard.place(self.command, now)


@dataclass(frozen=True, slots=True)
class _OnResting(Command[T]):
    """A command on a quote as its caller last saw it."""

    quote: Quote

    def missing(self, shard: Shard) -> QuoteId | None:
        """Return the quote's id unless it rests where the caller saw it."""
        return None if shard.find(self.quote) else self.quote.id

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

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Placement:
        """Raises QuoteNotActive, SelfTrade."""
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
class Nothing(Command[None]):
    """Changes nothing; it brings the engine to see to what earlier batches left over."""

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Unwind(Command[None]):
    """Undo a match whose order was cancelled."""

    match: OrderId
    ask_returns: bool

    @property
    def match_id(self) -> OrderId | None:
        """The match itself."""
        return self.match

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> None:
        """Raises NotFound."""
        match = stored.matches.get(self.match)
        if match is None:
            raise NotFound(what="match", id=self.match)
        if match.status is MatchStatus.UNWOUND or self.match in shard.batch.unwound:
            return
        bid, ask = stored.quotes[match.bid_id], stored.quotes[match.ask_id]
        shard.unwind(match, bid, ask, now, ask_returns=self.ask_returns)
