"""Events of complaints, refunds after delivery, and frozen payouts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..complaints import Bearer, ComplaintKind, ComplaintState
from ..ids import OrderId, UserId
from ..money import Cents
from ..orders import FreezeReason
from .base import OrderRelated


@dataclass(frozen=True, slots=True)
class OrderComplained(OrderRelated):
    """The buyer complained. The payout is frozen until the complaint is settled."""

    SUBJECT: ClassVar[str] = "order.complained"
    order_id: OrderId
    kind: ComplaintKind


@dataclass(frozen=True, slots=True)
class ComplaintDecided(OrderRelated):
    """An admin decided the buyer's complaint. The order has the texts of both."""

    SUBJECT: ClassVar[str] = "complaint.decided"
    order_id: OrderId
    kind: ComplaintKind
    state: ComplaintState


@dataclass(frozen=True, slots=True)
class OrderRefundGranted(OrderRelated):
    """The buyer of a delivered pair is to be refunded."""

    SUBJECT: ClassVar[str] = "order.refund_granted"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    price: Cents
    borne_by: Bearer
    delivered_at: datetime
    note: str | None = None
    """The admin's reason, unless it is in a decision on a complaint."""


@dataclass(frozen=True, slots=True)
class FreezeRequested(OrderRelated):
    """The order's payout must be frozen."""

    SUBJECT: ClassVar[str] = "freeze.requested"
    order_id: OrderId
    reason: FreezeReason
    note: str


@dataclass(frozen=True, slots=True)
class ReleaseRequested(OrderRelated):
    """One reason to freeze the order's payout is over."""

    SUBJECT: ClassVar[str] = "release.requested"
    order_id: OrderId
    reason: FreezeReason
    note: str


@dataclass(frozen=True, slots=True)
class PayoutFrozen(OrderRelated):
    """The payout is frozen."""

    SUBJECT: ClassVar[str] = "payout.frozen"
    order_id: OrderId
    reason: FreezeReason
    note: str


@dataclass(frozen=True, slots=True)
class PayoutReleased(OrderRelated):
    """The payout is no longer frozen. It may still be held."""

    SUBJECT: ClassVar[str] = "payout.released"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class PenaltyExcused(OrderRelated):
    """The seller does not owe the penalty of the cancelled order."""

    SUBJECT: ClassVar[str] = "penalty.excused"
    order_id: OrderId
    seller_id: UserId


@dataclass(frozen=True, slots=True)
class PenaltyReversed(OrderRelated):
    """A penalty was reversed: `cancelled` were still owed, `paid_back` had been settled."""

    SUBJECT: ClassVar[str] = "penalty.reversed"
    order_id: OrderId
    seller_id: UserId
    cancelled: Cents
    paid_back: Cents
