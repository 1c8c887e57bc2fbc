"""The matching engine's batches and the ownership of shards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .deadlines import Deadline
from .events import Event
from .halts import Halt
from .idempotency import IdempotencyKey
from .ids import HaltId, OrderId, QuoteId
from .market import Match, Quote
from .orders import Order
from .payments import Payment
from .placement import Placement
from .steps import RecordedStep
from .users import PostalAddress
from .withdrawals import Withdrawn


@dataclass(frozen=True, slots=True)
class Ownership:
    """The right to write one shard. Taking it over increments the epoch and ends earlier
    ownerships.

    `sequence` is the shard's last used sequence number. `last_match_at` is the instant of the
    newest match of any shard, before which the new owner dates none.
    """

    shard: int
    epoch: int
    sequence: int
    last_match_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnpaidOrders:
    """The number of a buyer's unpaid orders.

    For `answered` of them the exchange is not the cause: the provider has answered, and waits for
    the buyer or the buyer's bank.
    """

    count: int
    answered: int


@dataclass(frozen=True, slots=True)
class OpenedOrder:
    """An order opened by a match, with everything that is committed together with it."""

    order: Order
    payment: Payment
    """The payment to charge, with the card on file at the match."""
    history: tuple[RecordedStep, ...]
    deadlines: tuple[Deadline, ...]
    events: tuple[Event, ...]
    destination: PostalAddress | None = None
    """The shipping address, or None if the buyer has no address."""


@dataclass(slots=True)
class Batch:
    """Everything that a batch of engine commands changed, to be committed together.

    `added` and `changed` contain each quote once, in its final state. `unwound` are the matches
    that were undone.
    """

    sequence: int
    """The last sequence number that is used up."""
    after: int | None = None
    """The last one that was used up before, or None if the owner does not know."""
    added: dict[QuoteId, Quote] = field(default_factory=dict)
    changed: dict[QuoteId, Quote] = field(default_factory=dict)
    matches: list[Match] = field(default_factory=list)
    unwound: list[OrderId] = field(default_factory=list)
    opened: Sequence[OpenedOrder] = ()
    answers: dict[IdempotencyKey, Placement] = field(default_factory=dict)
    withdrawals: dict[IdempotencyKey, Withdrawn] = field(default_factory=dict)
    """What parts of withdrawals have withdrawn, for their repetitions."""
    halts: dict[HaltId, Halt] = field(default_factory=dict)
    """Halts that began or ended, each in its final state."""
    events: list[Event] = field(default_factory=list)
    """Events to publish after those of the opened orders."""
    traces: dict[str, str] = field(default_factory=dict)
    """The traceparent of the command that caused the events of a key."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not (
            self.added or self.changed or self.matches or self.unwound or self.halts or self.events
        )
