"""The port to the matching engine's own store."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from .idempotency_keys import IdempotencyKey
from .language.deadlines import Deadline
from .language.errors import IdempotencyKeyReused
from .language.events import Event
from .language.halts import Halt
from .language.ids import HaltId, OrderId, QuoteId, UserId
from .language.market import BookKey, Match, Quote
from .language.order_history import RecordedEvent
from .language.orders import Order
from .language.payments import Payment
from .matching import Placement


@dataclass(frozen=True, slots=True)
class Ownership:
    """The right to write one shard. Taking it raises the epoch, which voids every earlier one.

    `sequence` is the shard's last used arrival number.
    """

    shard: int
    epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class UnpaidOrders:
    """How many orders of a buyer await payment.

    Of these `answered` are no delay of the exchange's: the provider has answered, and waits for the
    buyer or the buyer's bank.
    """

    count: int
    answered: int


@dataclass(frozen=True, slots=True)
class OpenedOrder:
    """What a match brings with it, to be committed together."""

    order: Order
    payment: Payment
    """What the buyer is to be charged, with the card that is on file at the match."""
    history: tuple[RecordedEvent, ...]
    deadlines: tuple[Deadline, ...]
    events: tuple[Event, ...]


@dataclass(slots=True)
class Batch:
    """Everything that a run of engine commands changed, to be committed at once.

    `added` and `changed` hold each quote once, in its final state; `unwound` are matches that no
    longer stand.
    """

    sequence: int
    added: dict[QuoteId, Quote] = field(default_factory=dict)
    changed: dict[QuoteId, Quote] = field(default_factory=dict)
    matches: list[Match] = field(default_factory=list)
    unwound: list[OrderId] = field(default_factory=list)
    opened: Sequence[OpenedOrder] = ()
    answers: dict[IdempotencyKey, Placement] = field(default_factory=dict)
    halts: dict[HaltId, Halt] = field(default_factory=dict)
    """Halts that began or ended, each in its final state."""
    events: list[Event] = field(default_factory=list)
    """What to tell besides, and after, what the opened orders bring."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not (
            self.added or self.changed or self.matches or self.unwound or self.halts or self.events
        )


class Books(Protocol):
    """Where the engine keeps its shards' books."""

    async def take(self, shard: int, at: datetime) -> Ownership:
        """Take the shard over: from now on no commit under an earlier ownership succeeds."""
        ...

    def resting(self, shard: int, shards: int) -> AsyncIterator[Quote]:
        """Yield the quotes that stand or wait in the shard's books, in order of arrival."""
        ...

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        """Return the quotes that stand or wait in some books, in order of arrival."""
        ...

    async def standing_of(self, user_ids: Collection[UserId]) -> Sequence[Quote]:
        """Return the quotes of some users that stand or wait in any book, in order of arrival."""
        ...

    async def get(self, quote_ids: Collection[QuoteId]) -> Mapping[QuoteId, Quote]:
        """Return those of the quotes that are stored."""
        ...

    async def matches(self, match_ids: Collection[OrderId]) -> Mapping[OrderId, Match]:
        """Return those of the matches that are stored."""
        ...

    async def answered(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Placement | IdempotencyKeyReused]:
        """Return the committed placement of each key that was used, or that it was another's."""
        ...

    async def standing_halts(self) -> Sequence[Halt]:
        """Return the halts that have not ended."""
        ...

    async def halts(self, halt_ids: Collection[HaltId]) -> Mapping[HaltId, Halt]:
        """Return those of the halts that are stored, also ended ones."""
        ...

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        """Return how many orders of each buyer await payment, for those who have any."""
        ...

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        """Make the batch durable in one transaction, or raise ShardLost or Unavailable."""
        ...
