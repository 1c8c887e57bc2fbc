"""The history of an order: append-only events, from which the order's row can be folded."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeAlias

from .ids import OrderId, UserId
from .market import Match
from .money import Cents
from .orders import CancelReason, DeliveryProof, Fees, Shipment
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
    """The warehouse gave a failed pair to a carrier, back to its seller."""

    TYPE: ClassVar[str] = "return_sent"
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class Delivered:
    """The pair reached the buyer."""

    TYPE: ClassVar[str] = "delivered"
    proof: DeliveryProof


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The order ended before authentication; `by` is None when a deadline or a machine did it.

    `charge_known` is False if an unpaid order was ended without knowing whether its buyer was
    charged after all.
    """

    TYPE: ClassVar[str] = "cancelled"
    reason: CancelReason
    note: str | None = None
    by: UserId | None = None
    charge_known: bool = True


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
class PayoutRefused:
    """The provider refused to pay the seller's account."""

    TYPE: ClassVar[str] = "payout_refused"
    reason: str


OrderEvent: TypeAlias = (
    Opened
    | UnitReserved
    | Paid
    | ShipByExtended
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
    | PaidOut
    | PayoutRefused
)

ORDER_EVENTS: dict[str, type[OrderEvent]] = {
    kind.TYPE: kind
    for kind in (
        Opened,
        UnitReserved,
        Paid,
        ShipByExtended,
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
        PaidOut,
        PayoutRefused,
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
