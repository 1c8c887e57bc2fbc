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
    """The buyer complained; the payout is frozen until the complaint is settled."""

    SUBJECT: ClassVar[str] = "order.complained"
    order_id: OrderId
    kind: ComplaintKind


@dataclass(frozen=True, slots=True)
class ComplaintDecided(OrderRelated):
    """An admin decided on the buyer's complaint; the order has the words of both."""

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
    """Why, in the words of the admin, unless a decision on a complaint said it."""


@dataclass(frozen=True, slots=True)
class FreezeRequested(OrderRelated):
    """Somebody found that the order's payout must not leave: whoever keeps the order freezes it."""

    SUBJECT: ClassVar[str] = "freeze.requested"
    order_id: OrderId
    reason: FreezeReason
    note: str


@dataclass(frozen=True, slots=True)
class PayoutFrozen(OrderRelated):
    """The seller is not paid while this stands."""

    SUBJECT: ClassVar[str] = "payout.frozen"
    order_id: OrderId
    reason: FreezeReason
    note: str


@dataclass(frozen=True, slots=True)
class PayoutReleased(OrderRelated):
    """Nothing keeps the seller from being paid any more, but the hold if that is not over."""

    SUBJECT: ClassVar[str] = "payout.released"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class PenaltyExcused(OrderRelated):
    """The seller does not owe the penalty that the order was cancelled with."""

    SUBJECT: ClassVar[str] = "penalty.excused"
    order_id: OrderId
    seller_id: UserId


@dataclass(frozen=True, slots=True)
class PenaltyReversed(OrderRelated):
    """A penalty was taken back: `cancelled` cents were still owed, `paid_back` had been settled."""

    SUBJECT: ClassVar[str] = "penalty.reversed"
    order_id: OrderId
    seller_id: UserId
    cancelled: Cents
    paid_back: Cents
