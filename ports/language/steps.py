"""Steps: what happened to an order. Folding the history of steps gives the order.

A step shares its name with the event that reports it. Steps name people only by their ids. If the
event's name needs the context, it begins with `Order`: SellerShipped and OrderSellerShipped.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, TypeAlias

from .complaints import Bearer, ComplaintKind
from .ids import OrderId, UserId
from .market import Match
from .money import Cents
from .orders import CancelReason, DeliveryProof, Fees, FreezeReason, Shipment


@dataclass(frozen=True, slots=True)
class MatchCreated:
    """A bid and an ask matched, and their order is pending."""

    TYPE: ClassVar[str] = "match_created"
    match: Match
    fees: Fees


@dataclass(frozen=True, slots=True)
class StockReserved:
    """The seller's pair is reserved for the order."""

    TYPE: ClassVar[str] = "stock_reserved"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The buyer's money is in escrow. The seller must ship by `ship_by` (UTC)."""

    TYPE: ClassVar[str] = "confirmed"
    amount: Cents
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class ShipByExtended:
    """The seller used the only extension."""

    TYPE: ClassVar[str] = "ship_by_extended"
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class PutOff:
    """The exchange was down, and the order's deadline was postponed by that time."""

    TYPE: ClassVar[str] = "put_off"
    since: datetime
    until: datetime
    ship_by: datetime | None = None
    held_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SellerShipped:
    """The seller shipped the pair to the warehouse."""

    TYPE: ClassVar[str] = "seller_shipped"
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class Received:
    """The warehouse scanned the pair in."""

    TYPE: ClassVar[str] = "received"
    by: UserId


@dataclass(frozen=True, slots=True)
class AuthPassed:
    """An authenticator passed the pair."""

    TYPE: ClassVar[str] = "auth_passed"
    by: UserId


@dataclass(frozen=True, slots=True)
class AuthFailed:
    """An authenticator failed the pair."""

    TYPE: ClassVar[str] = "auth_failed"
    by: UserId
    reason: str


@dataclass(frozen=True, slots=True)
class Shipped:
    """The warehouse dispatched the pair to its buyer.

    A pair that came back after its delivery is dispatched to its buyer again if the sale stands.
    """

    TYPE: ClassVar[str] = "shipped"
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class Returned:
    """The warehouse dispatched the pair back to its seller."""

    TYPE: ClassVar[str] = "returned"
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class Delivered:
    """The pair reached the buyer."""

    TYPE: ClassVar[str] = "delivered"
    proof: DeliveryProof


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The order ended before its delivery. `by` is None if no person cancelled it.

    `charge_known` is False if an unpaid order ended without knowing whether its buyer was charged.
    `borne_by` is who bears the refund; None means the seller if the buyer had paid.
    """

    TYPE: ClassVar[str] = "cancelled"
    reason: CancelReason
    note: str | None = None
    by: UserId | None = None
    charge_known: bool = True
    borne_by: Bearer | None = None


@dataclass(frozen=True, slots=True)
class BuyerNotCharged:
    """It is now known that the buyer of an ended order was not charged."""

    TYPE: ClassVar[str] = "buyer_not_charged"


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    """The buyer was refunded."""

    TYPE: ClassVar[str] = "payment_refunded"
    amount: Cents


@dataclass(frozen=True, slots=True)
class PayoutPaid:
    """The seller was paid: `amount` went to the account, and `debt_settled` settled debts."""

    TYPE: ClassVar[str] = "payout_paid"
    amount: Cents
    debt_settled: Cents


@dataclass(frozen=True, slots=True)
class PaymentRefundedUnasked:
    """The provider refunded `amount` to the buyer without a request."""

    TYPE: ClassVar[str] = "payment_refunded_unasked"
    amount: Cents


@dataclass(frozen=True, slots=True)
class PaymentRefundFailed:
    """A refund did not reach the buyer: `amount` is back. If it is `owed`, it is due again."""

    TYPE: ClassVar[str] = "payment_refund_failed"
    amount: Cents
    reason: str
    owed: bool


@dataclass(frozen=True, slots=True)
class ShortfallBorne:
    """An admin decided who bears what the provider refunded unasked, and the trade continues."""

    TYPE: ClassVar[str] = "shortfall_borne"
    amount: Cents
    borne_by: Bearer


@dataclass(frozen=True, slots=True)
class PayoutReopened:
    """The seller is owed `amount` again: not all of it was paid, or it came back."""

    TYPE: ClassVar[str] = "payout_reopened"
    amount: Cents
    reason: str


@dataclass(frozen=True, slots=True)
class PayoutRefused:
    """The provider refused to pay the seller's account."""

    TYPE: ClassVar[str] = "payout_refused"
    reason: str


@dataclass(frozen=True, slots=True)
class Complained:
    """The buyer complained, and the payout is frozen until the complaint is settled."""

    TYPE: ClassVar[str] = "complained"
    kind: ComplaintKind
    reason: str


@dataclass(frozen=True, slots=True)
class ComplaintDismissed:
    """An admin decided for the seller."""

    TYPE: ClassVar[str] = "complaint_dismissed"
    by: UserId
    note: str


@dataclass(frozen=True, slots=True)
class ComplaintUpheld:
    """An admin decided for the buyer.

    A pair that is not as described must come back first, unless its return is waived.
    """

    TYPE: ClassVar[str] = "complaint_upheld"
    by: UserId
    note: str
    borne_by: Bearer
    return_waived: bool


@dataclass(frozen=True, slots=True)
class PairArrived:
    """The warehouse scanned in a pair that came back, or whose order had ended."""

    TYPE: ClassVar[str] = "pair_arrived"
    by: UserId


@dataclass(frozen=True, slots=True)
class RefundGranted:
    """An admin refunded the buyer of a delivered pair."""

    TYPE: ClassVar[str] = "refund_granted"
    by: UserId
    note: str
    borne_by: Bearer


@dataclass(frozen=True, slots=True)
class PayoutFrozen:
    """The payout is frozen. `by` is None if no admin froze it."""

    TYPE: ClassVar[str] = "payout_frozen"
    reason: FreezeReason
    note: str
    by: UserId | None = None


@dataclass(frozen=True, slots=True)
class PayoutReleased:
    """One reason no longer freezes the payout. `by` is None if no admin released it."""

    TYPE: ClassVar[str] = "payout_released"
    reason: FreezeReason
    note: str
    by: UserId | None = None


@dataclass(frozen=True, slots=True)
class CarrierReceiptNoted:
    """An admin noted that the carrier had the pair, so that its seller is not at fault."""

    TYPE: ClassVar[str] = "carrier_receipt_noted"
    by: UserId
    note: str


OrderStep: TypeAlias = (
    MatchCreated
    | StockReserved
    | Confirmed
    | ShipByExtended
    | PutOff
    | SellerShipped
    | Received
    | AuthPassed
    | AuthFailed
    | Shipped
    | Returned
    | Delivered
    | Cancelled
    | BuyerNotCharged
    | PaymentRefunded
    | PaymentRefundedUnasked
    | PaymentRefundFailed
    | ShortfallBorne
    | PayoutPaid
    | PayoutReopened
    | PayoutRefused
    | Complained
    | ComplaintDismissed
    | ComplaintUpheld
    | PairArrived
    | RefundGranted
    | PayoutFrozen
    | PayoutReleased
    | CarrierReceiptNoted
)

ORDER_STEPS: dict[str, type[OrderStep]] = {
    kind.TYPE: kind
    for kind in (
        MatchCreated,
        StockReserved,
        Confirmed,
        ShipByExtended,
        PutOff,
        SellerShipped,
        Received,
        AuthPassed,
        AuthFailed,
        Shipped,
        Returned,
        Delivered,
        Cancelled,
        BuyerNotCharged,
        PaymentRefunded,
        PaymentRefundedUnasked,
        PaymentRefundFailed,
        ShortfallBorne,
        PayoutPaid,
        PayoutReopened,
        PayoutRefused,
        Complained,
        ComplaintDismissed,
        ComplaintUpheld,
        PairArrived,
        RefundGranted,
        PayoutFrozen,
        PayoutReleased,
        CarrierReceiptNoted,
    )
}
"""Every kind of step by its name in storage and in JSON."""


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class RecordedStep:
    """Step `number` (1, 2, ...) of an order's history, with its time (UTC)."""

    order_id: Final[OrderId]
    number: Final[int]
    at: Final[datetime]
    step: Final[OrderStep]
