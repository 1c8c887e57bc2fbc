"""Deadlines: instants at which something happens unless it was prevented."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .ids import OrderId


class DeadlineKind(StrEnum):
    """What falls due."""

    PAYMENT = "payment"
    """A charge that the provider took must have succeeded."""
    GIVE_UP = "give_up"
    """The provider must have given its first answer to the charge."""
    SHIPMENT = "shipment"
    """The seller must have shipped."""
    ARRIVAL = "arrival"
    """The pair must have reached the warehouse."""
    DELIVERY = "delivery"
    """The pair counts as delivered to the buyer."""
    PAYOUT = "payout"
    """The hold is over: the seller is paid."""
    CLAIM = "claim"
    """An authenticator must have taken the pair on."""
    REVIEW = "review"
    """The authenticator must have given a verdict."""
    DISPATCH = "dispatch"
    """The pair must have left the warehouse for its buyer."""
    RETURN = "return"
    """The pair must have left the warehouse for its seller."""
    TRANSIT = "transit"
    """The pair must have reached its buyer."""
    COMPLAINT = "complaint"
    """An admin must have decided on the complaint."""
    COMPLAINT_RETURN = "complaint_return"
    """The pair that the buyer complained of must be back at the warehouse."""
    FREEZE = "freeze"
    """An admin must have looked at the frozen payout again."""
    PAYOUT_ANSWER = "payout_answer"
    """The provider must have paid the seller."""
    REFUND = "refund"
    """The provider must have refunded the buyer, or said whether it charged them at all."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One order's deadline of one kind; an order has at most one of each kind."""

    kind: DeadlineKind
    order_id: OrderId
    due_at: datetime
