"""What the matching engine commits at once, and by what right."""

from collections.abc import Sequence
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class Ownership:
    """The right to write one shard. Taking it raises the epoch, which voids every earlier one.

    `sequence` is the shard's last used sequence number.
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
    history: tuple[RecordedStep, ...]
    deadlines: tuple[Deadline, ...]
    events: tuple[Event, ...]
    destination: PostalAddress | None = None
    """Where the pair goes in the end; None if the buyer has no address."""


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
