"""The history of an order: append-only events, from which the order's row can be folded."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeAlias

from .complaints import Bearer, ComplaintKind
from .ids import OrderId, UserId
from .market import Match
from .money import Cents
from .orders import CancelReason, DeliveryProof, Fees, FreezeReason, Shipment
from .users import PostalAddress


@dataclass(frozen=True, slots=True)
class Opened:
    """The match became an order."""

    TYPE: ClassVar[str] = "opened"
    match: Match
    fees: Fees
    ship_to: PostalAddress | None = None


@dataclass(frozen=True, slots=True)
class UnitReserved:
    """The seller's pair was reserved for it."""

    TYPE: ClassVar[str] = "unit_reserved"


@dataclass(frozen=True, slots=True)
class Paid:
    """The buyer's payment arrived in escrow; the seller ships by `ship_by` (UTC)."""

    TYPE: ClassVar[str] = "paid"
    amount: Cents
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class ShipByExtended:
    """The seller took the one extension."""

    TYPE: ClassVar[str] = "ship_by_extended"
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class PutOff:
    """The exchange was down, and what the order gives people time for is put off by as long."""

    TYPE: ClassVar[str] = "put_off"
    since: datetime
    until: datetime
    ship_by: datetime | None = None
    held_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shipped:
    """The seller gave the pair to a carrier."""

    TYPE: ClassVar[str] = "shipped"
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class Received:
    """The warehouse scanned the pair in."""

    TYPE: ClassVar[str] = "received"
    by: UserId


@dataclass(frozen=True, slots=True)
class Passed:
    """The pair is authentic."""

    TYPE: ClassVar[str] = "passed"
    by: UserId


@dataclass(frozen=True, slots=True)
class Failed:
    """The pair failed authentication."""

    TYPE: ClassVar[str] = "failed"
    by: UserId
    reason: str


@dataclass(frozen=True, slots=True)
class Dispatched:
    """The warehouse gave the pair to a carrier, for the buyer."""

    TYPE: ClassVar[str] = "dispatched"
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class ReturnSent:
    """The warehouse gave a pair that is not for its buyer to a carrier, back to its seller."""

    TYPE: ClassVar[str] = "return_sent"
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class Delivered:
    """The pair reached the buyer."""

    TYPE: ClassVar[str] = "delivered"
    proof: DeliveryProof


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The order ended before its delivery; `by` is None when a deadline or a machine did it.

    `charge_known` is False if an unpaid order was ended without knowing whether its buyer was
    charged after all. `borne_by` is who bears the refund; where it is None and the buyer had paid,
    the seller.
    """

    TYPE: ClassVar[str] = "cancelled"
    reason: CancelReason
    note: str | None = None
    by: UserId | None = None
    charge_known: bool = True
    borne_by: Bearer | None = None


@dataclass(frozen=True, slots=True)
class NotCharged:
    """It became known that the buyer of an order that had ended was not charged."""

    TYPE: ClassVar[str] = "not_charged"


@dataclass(frozen=True, slots=True)
class Refunded:
    """The buyer has the money back."""

    TYPE: ClassVar[str] = "refunded"
    amount: Cents


@dataclass(frozen=True, slots=True)
class PaidOut:
    """The seller was paid: `amount` went to the account, `debt_settled` to penalties owed."""

    TYPE: ClassVar[str] = "paid_out"
    amount: Cents
    debt_settled: Cents


@dataclass(frozen=True, slots=True)
class RefundedUnasked:
    """The provider gave the buyer `amount` cents back that it was not asked for."""

    TYPE: ClassVar[str] = "refunded_unasked"
    amount: Cents


@dataclass(frozen=True, slots=True)
class ShortfallBorne:
    """An admin decided who bears what the provider gave back unasked, and the trade goes on."""

    TYPE: ClassVar[str] = "shortfall_borne"
    amount: Cents
    borne_by: Bearer


@dataclass(frozen=True, slots=True)
class PayoutReopened:
    """The seller is owed `amount` cents again: not all of it was paid, or it came back."""

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

    A pair that is not as described has to come back first, unless its return is waived.
    """

    TYPE: ClassVar[str] = "complaint_upheld"
    by: UserId
    note: str
    borne_by: Bearer
    return_waived: bool


@dataclass(frozen=True, slots=True)
class PairArrived:
    """The warehouse scanned in a pair that is not for its buyer (any more)."""

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
    """The seller is not paid while this stands; `by` is None where no admin did it."""

    TYPE: ClassVar[str] = "payout_frozen"
    reason: FreezeReason
    note: str
    by: UserId | None = None


@dataclass(frozen=True, slots=True)
class PayoutReleased:
    """This keeps the seller from being paid no longer."""

    TYPE: ClassVar[str] = "payout_released"
    reason: FreezeReason
    note: str
    by: UserId


@dataclass(frozen=True, slots=True)
class CarrierReceiptNoted:
    """An admin noted that the carrier had the pair: its seller is not at fault."""

    TYPE: ClassVar[str] = "carrier_receipt_noted"
    by: UserId
    note: str


OrderEvent: TypeAlias = (
    Opened
    | UnitReserved
    | Paid
    | ShipByExtended
    | PutOff
    | Shipped
    | Received
    | Passed
    | Failed
    | Dispatched
    | ReturnSent
    | Delivered
    | Cancelled
    | NotCharged
    | Refunded
    | RefundedUnasked
    | ShortfallBorne
    | PaidOut
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

ORDER_EVENTS: dict[str, type[OrderEvent]] = {
    kind.TYPE: kind
    for kind in (
        Opened,
        UnitReserved,
        Paid,
        ShipByExtended,
        PutOff,
        Shipped,
        Received,
        Passed,
        Failed,
        Dispatched,
        ReturnSent,
        Delivered,
        Cancelled,
        NotCharged,
        Refunded,
        RefundedUnasked,
        ShortfallBorne,
        PaidOut,
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
"""Every kind of event by its name in storage and in JSON."""


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """Event `number` (1, 2, ...) in the history of an order, at a UTC instant."""

    order_id: OrderId
    number: int
    at: datetime
    event: OrderEvent
