"""What webhooks tell of orders."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..complaints import Bearer, ComplaintKind, ComplaintState
from ..ids import ProductId, QuoteId
from ..market import Condition, Size
from ..money import Cents
from ..orders import CancelReason, DeliveryProof
from .base import OrderContent


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCreatedContent(OrderContent):
    """A bid and an ask matched. Their order has the same id, and is pending until it is paid."""

    KIND: ClassVar[str] = "match.created"
    ONCE: ClassVar[bool] = True
    product_id: ProductId
    size: Size
    condition: Condition
    price: Cents
    bid_id: QuoteId
    ask_id: QuoteId
    matched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCreatedContent(OrderContent):
    """The order is paid and confirmed. The seller must ship by `ship_by`."""

    KIND: ClassVar[str] = "order.created"
    ONCE: ClassVar[bool] = True
    product_id: ProductId
    size: Size
    condition: Condition
    price: Cents
    matched_at: datetime
    ship_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelContent(OrderContent):
    """A parcel is on its way."""

    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSellerShippedContent(ParcelContent):
    """The pair is on its way to the warehouse."""

    KIND: ClassVar[str] = "order.seller_shipped"
    ONCE: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReceivedContent(OrderContent):
    """The warehouse has the pair."""

    KIND: ClassVar[str] = "order.received"
    ONCE: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAuthPassedContent(OrderContent):
    """The pair passed authentication."""

    KIND: ClassVar[str] = "order.auth_passed"
    ONCE: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAuthFailedContent(OrderContent):
    """The pair failed authentication, which ends the order."""

    KIND: ClassVar[str] = "order.auth_failed"
    ONCE: ClassVar[bool] = True
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShippedContent(ParcelContent):
    """The pair is on its way to the buyer."""

    KIND: ClassVar[str] = "order.shipped"
    ONCE: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDeliveredContent(OrderContent):
    """The buyer has the pair. `proof` is who confirmed it."""

    KIND: ClassVar[str] = "order.delivered"
    ONCE: ClassVar[bool] = True
    delivered_at: datetime
    proof: DeliveryProof | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReturnedContent(ParcelContent):
    """The pair is on its way back to the seller."""

    KIND: ClassVar[str] = "order.returned"
    ONCE: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelledContent(OrderContent):
    """The order ended before its delivery. `note` is null if it is for the other side only."""

    KIND: ClassVar[str] = "order.cancelled"
    ONCE: ClassVar[bool] = True
    reason: CancelReason
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderComplainedContent(OrderContent):
    """The buyer complained. The seller is not paid until the complaint is settled."""

    KIND: ClassVar[str] = "order.complained"
    complaint: ComplaintKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintDecidedContent(OrderContent):
    """An admin decided the buyer's complaint."""

    KIND: ClassVar[str] = "complaint.decided"
    complaint: ComplaintKind
    state: ComplaintState


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefundGrantedContent(OrderContent):
    """The buyer of a delivered pair is refunded.

    `borne_by` is null if that concerns only the other side.
    """

    KIND: ClassVar[str] = "order.refund_granted"
    ONCE: ClassVar[bool] = True
    borne_by: Bearer | None
