"""Orders: trades from the match to the payout."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from .complaints import Bearer, Complaint, ComplaintState
from .ids import OrderId, QuoteId, UserId
from .invariants import ensure
from .market import BookKey
from .money import Cents


class OrderStatus(StrEnum):
    """The state of an order."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    SELLER_SHIPPING = "seller_shipping"
    AUTHENTICATING = "authenticating"
    AUTH_PASSED = "auth_passed"
    SHIPPING_TO_BUYER = "shipping_to_buyer"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    AUTH_FAILED = "auth_failed"


class PaymentStatus(StrEnum):
    """The state of the buyer's payment."""

    PENDING = "pending"
    CAPTURED = "captured"
    """In escrow."""
    DECLINED = "declined"
    ABANDONED = "abandoned"
    """The order ended without a charge. A late charge is refunded."""
    UNKNOWN = "unknown"
    """The order ended, and it is unknown whether the buyer was charged. A charge is refunded."""
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


class StockStatus(StrEnum):
    """The state of the order's unit of stock."""

    UNRESERVED = "unreserved"
    RESERVED = "reserved"
    CONSUMED = "consumed"
    RELEASED = "released"
    REMOVED = "removed"


class PayoutStatus(StrEnum):
    """The state of the seller's payout."""

    NONE = "none"
    HELD = "held"
    """Delivered. It is paid when the hold is over."""
    PAID = "paid"
    FAILED = "failed"
    """Not paid, or not in full, with no request under way: it was refused, or it came back.

    It is retried when the seller sets an account or an admin requests it.
    """
    CANCELLED = "cancelled"
    """The buyer was refunded before the seller was paid, and not at the exchange's cost."""
    RECLAIMED = "reclaimed"
    """The buyer was refunded after the seller was paid, and the seller owes it back."""


class ReturnStatus(StrEnum):
    """Whether a pair in the warehouse must leave it again, apart from its first dispatch.

    It goes back to its seller, or to its buyer if the sale stands.
    """

    NONE = "none"
    DUE = "due"
    SENT = "sent"
    KEPT = "kept"
    """The exchange paid its seller for it, and keeps it."""


class FreezeReason(StrEnum):
    """Why an order's payout is frozen."""

    COMPLAINT = "complaint"
    """The buyer complained, and the complaint is not settled."""
    ADMIN = "admin"
    """An admin froze it."""
    PROVIDER = "provider"
    """The payment provider moved the order's money without a request."""
    DISPUTE = "dispute"
    """The buyer's bank disputes the charge."""


class CancelReason(StrEnum):
    """Why an order was cancelled."""

    PAYMENT_DECLINED = "payment_declined"
    PAYMENT_OVERDUE = "payment_overdue"
    """The charge was pending, and did not succeed within the payment window."""
    GIVEN_UP = "given_up"
    """The provider did not answer in time. This is the exchange's own fault."""
    STOCK_REFUSED = "stock_refused"
    SELLER_CANCELLED = "seller_cancelled"
    SHIPMENT_OVERDUE = "shipment_overdue"
    ARRIVAL_OVERDUE = "arrival_overdue"
    ADMIN_CANCELLED = "admin_cancelled"
    NOT_RECEIVED = "not_received"
    """A complaint was upheld: the pair did not reach its buyer."""

    @property
    def ask_returns(self) -> bool:
        """Whether the ask returns to its book: neither the seller nor the pair was at fault."""
        return self in (
            CancelReason.PAYMENT_DECLINED,
            CancelReason.PAYMENT_OVERDUE,
            CancelReason.GIVEN_UP,
        )

    @property
    def seller_at_fault(self) -> bool:
        """Whether the seller owes the penalty, unless the carrier is known to have had the pair."""
        return self in (
            CancelReason.SELLER_CANCELLED,
            CancelReason.SHIPMENT_OVERDUE,
            CancelReason.ARRIVAL_OVERDUE,
        )

    @property
    def noted_for_buyer(self) -> bool:
        """Whether the note is only for the buyer: it is the provider's reason about a card."""
        return self is CancelReason.PAYMENT_DECLINED


class DeliveryProof(StrEnum):
    """Who confirmed that the pair reached the buyer."""

    BUYER = "buyer"
    ADMIN = "admin"
    CARRIER = "carrier"
    ASSUMED = "assumed"
    """Nobody objected in time."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel's carrier and tracking number."""

    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class Fees:
    """The fees of a trade, in minor units, frozen on the order at its match."""

    seller_level: int
    transaction: Cents
    processing: Cents
    shipping: Cents
    """Paid by the buyer, in addition to the price."""

    def __post_init__(self) -> None:
        ensure(1 <= self.seller_level <= 5, self)
        ensure(min(self.transaction, self.processing, self.shipping) >= 0, self)


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Order:
    """One trade. Its id is its match's id. Folding its history gives exactly this row."""

    id: Final[OrderId]
    bid_id: Final[QuoteId]
    ask_id: Final[QuoteId]
    buyer_id: Final[UserId]
    seller_id: Final[UserId]
    book: Final[BookKey]
    price: Final[Cents]
    fees: Final[Fees]
    matched_at: Final[datetime]
    updated_at: Final[datetime]
    version: Final[int]
    """The number of steps in its history."""
    status: Final[OrderStatus] = OrderStatus.PENDING
    payment_status: Final[PaymentStatus] = PaymentStatus.PENDING
    stock_status: Final[StockStatus] = StockStatus.UNRESERVED
    payout_status: Final[PayoutStatus] = PayoutStatus.NONE
    return_status: Final[ReturnStatus] = ReturnStatus.NONE
    ship_by: Final[datetime | None] = None
    ship_by_extended: Final[bool] = False
    inbound: Final[Shipment | None] = None
    """Seller to warehouse."""
    outbound: Final[Shipment | None] = None
    """Warehouse to buyer, or back to the seller."""
    carrier_had_it: Final[bool] = False
    """An admin noted that the carrier had the pair on its way to the warehouse."""
    delivered_at: Final[datetime | None] = None
    delivery_proof: Final[DeliveryProof | None] = None
    held_since: Final[datetime | None] = None
    """The start of the hold and of the time to complain.

    It is the delivery, postponed by later downtime.
    """
    complaint: Final[Complaint | None] = None
    freezes: Final[frozenset[FreezeReason]] = frozenset()
    """Why the payout is frozen. Nothing is paid out while there is any reason."""
    borne_by: Final[Bearer | None] = None
    """Who bears the refund, once decided. None if nothing had been paid."""
    refunded_unasked: Final[Cents] = 0
    """What the provider refunded to the buyer without a request."""
    cancel_reason: Final[CancelReason | None] = None
    note: Final[str | None] = None
    """The reason of a cancellation or a failed authentication."""

    @property
    def payout_amount(self) -> Cents:
        """What the seller receives, before debts are settled."""
        return self.price - self.fees.transaction - self.fees.processing

    @property
    def is_over(self) -> bool:
        """Whether neither the pair nor money is on its way, and nobody must decide anything.

        A dispute or an admin may still change it.
        """
        payout_is_owed = self.payout_status in (PayoutStatus.HELD, PayoutStatus.FAILED)
        return self.is_over_for_buyer and not payout_is_owed

    @property
    def is_over_for_buyer(self) -> bool:
        """Whether it is over but for what the seller may still be paid."""
        ended = (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED, OrderStatus.DELIVERED)
        unsettled = (PaymentStatus.PENDING, PaymentStatus.UNKNOWN, PaymentStatus.REFUND_DUE)
        complaint = self.complaint
        return (
            self.status in ended
            and self.payment_status not in unsettled
            and self.return_status is not ReturnStatus.DUE
            and not self.freezes
            and (complaint is None or complaint.is_settled)
        )

    @property
    def may_be_paid_out(self) -> bool:
        """Whether the seller is to be paid now, or when the hold is over."""
        return not self.freezes and self.payout_status in (PayoutStatus.HELD, PayoutStatus.FAILED)

    @property
    def waits_for_release(self) -> bool:
        """Whether the payout is frozen and there is, or will be, something to pay."""
        ended = self.status in (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
        due = (PayoutStatus.HELD, PayoutStatus.FAILED)
        to_come = self.payout_status is PayoutStatus.NONE and not ended
        return bool(self.freezes) and (to_come or self.payout_status in due)

    @property
    def payout_is_stopped(self) -> bool:
        """Whether the provider must not be asked to pay the seller: frozen, or no longer due."""
        undone = (PayoutStatus.CANCELLED, PayoutStatus.RECLAIMED)
        return bool(self.freezes) or self.payout_status in undone

    @property
    def awaits_return(self) -> bool:
        """Whether the buyer must send the pair back to be refunded."""
        complaint = self.complaint
        return complaint is not None and complaint.state is ComplaintState.RETURN_AWAITED

    @property
    def sale_stands(self) -> bool:
        """Whether the delivered pair belongs to its buyer, wherever it is."""
        is_paid = self.payment_status is PaymentStatus.CAPTURED
        return self.status is OrderStatus.DELIVERED and is_paid

    @property
    def is_held(self) -> bool:
        """Whether the pair is its buyer's: paid, not refunded, and delivered or on its way."""
        not_held = (OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
        return self.payment_status is PaymentStatus.CAPTURED and self.status not in not_held

    @property
    def exchange_pays(self) -> bool:
        """Whether the exchange bears the refund and pays the seller as if nothing had happened.

        It does not pay for a pair that its seller still had.
        """
        return self.borne_by is Bearer.EXCHANGE and self.payout_status is not PayoutStatus.NONE

    @property
    def owes_penalty(self) -> bool:
        """Whether the seller owes the penalty for a cancelled order."""
        if self.cancel_reason is CancelReason.ARRIVAL_OVERDUE and self.carrier_had_it:
            return False
        return self.cancel_reason is not None and self.cancel_reason.seller_at_fault

    @property
    def refund_amount(self) -> Cents:
        """What the buyer gets back if the order is refunded, without what was refunded already."""
        back = self.price if self.borne_by is Bearer.BUYER else self.buyer_total
        return max(0, back - self.refunded_unasked)

    @property
    def buyer_total(self) -> Cents:
        """What the buyer pays."""
        return self.price + self.fees.shipping
