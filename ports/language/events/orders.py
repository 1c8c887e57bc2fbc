"""Events of an order and of its pair."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..deadlines import DeadlineKind
from ..ids import OrderId, QuoteId, TaskId, UserId
from ..market import BookKey
from ..money import Cents
from ..orders import CancelReason, DeliveryProof
from .base import OrderRelated


@dataclass(frozen=True, slots=True)
class OrderConfirmed(OrderRelated):
    """The order is paid and confirmed. The seller must ship by `ship_by` (UTC)."""

    SUBJECT: ClassVar[str] = "order.created"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    book: BookKey
    price: Cents
    matched_at: datetime
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class OrderSellerShipped(OrderRelated):
    """The pair is on its way to the warehouse."""

    SUBJECT: ClassVar[str] = "order.seller_shipped"
    order_id: OrderId
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class OrderReceived(OrderRelated):
    """The warehouse has the pair."""

    SUBJECT: ClassVar[str] = "order.received"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class AuthPassed(OrderRelated):
    """An authenticator passed the pair."""

    SUBJECT: ClassVar[str] = "auth.passed"
    order_id: OrderId
    task_id: TaskId
    authenticator_id: UserId


@dataclass(frozen=True, slots=True)
class AuthFailed(OrderRelated):
    """An authenticator failed the pair."""

    SUBJECT: ClassVar[str] = "auth.failed"
    order_id: OrderId
    task_id: TaskId
    authenticator_id: UserId
    reason: str


@dataclass(frozen=True, slots=True)
class OrderAuthPassed(OrderRelated):
    """The pair can be dispatched to its buyer."""

    SUBJECT: ClassVar[str] = "order.auth_passed"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId


@dataclass(frozen=True, slots=True)
class OrderAuthFailed(OrderRelated):
    """The order failed: the buyer is refunded, the pair goes back, the seller owes the penalty."""

    SUBJECT: ClassVar[str] = "order.auth_failed"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    price: Cents
    reason: str


@dataclass(frozen=True, slots=True)
class OrderShipped(OrderRelated):
    """The pair is on its way to the buyer."""

    SUBJECT: ClassVar[str] = "order.shipped"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class OrderReturned(OrderRelated):
    """The pair is on its way back to its seller."""

    SUBJECT: ClassVar[str] = "order.returned"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class OrderDelivered(OrderRelated):
    """The pair reached the buyer, and the sale is complete."""

    SUBJECT: ClassVar[str] = "order.delivered"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    price: Cents
    delivered_at: datetime
    proof: DeliveryProof | None = None
    """Who confirmed it. None in older messages."""


@dataclass(frozen=True, slots=True)
class OrderCancelled(OrderRelated):
    """The order ended before its delivery.

    `reason` determines who was at fault and what follows.
    """

    SUBJECT: ClassVar[str] = "order.cancelled"
    order_id: OrderId
    bid_id: QuoteId
    ask_id: QuoteId
    buyer_id: UserId
    seller_id: UserId
    book: BookKey
    price: Cents
    reason: CancelReason
    note: str | None
    confirmed: bool = True
    """Whether the buyer had paid and a pair was expected."""


@dataclass(frozen=True, slots=True)
class DeadlineReached(OrderRelated):
    """An order's deadline passed."""

    SUBJECT: ClassVar[str] = "deadline.reached"
    order_id: OrderId
    kind: DeadlineKind
