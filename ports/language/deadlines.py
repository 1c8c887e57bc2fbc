"""Deadlines of orders."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .ids import OrderId


class DeadlineKind(StrEnum):
    """What must have happened by the deadline."""

    PAYMENT = "payment"
    """A pending charge must have succeeded."""
    GIVE_UP = "give_up"
    """The provider must have given its first answer to the charge."""
    SHIPMENT = "shipment"
    """The seller must have shipped."""
    ARRIVAL = "arrival"
    """The pair must have reached the warehouse."""
    DELIVERY = "delivery"
    """The pair counts as delivered to the buyer."""
    PAYOUT = "payout"
    """The hold is over, and the seller is paid."""
    CLAIM = "claim"
    """An authenticator must have claimed the pair."""
    REVIEW = "review"
    """The authenticator must have given a verdict."""
    DISPATCH = "dispatch"
    """The pair must have left the warehouse for its buyer."""
    RETURN = "return"
    """The pair must have left the warehouse for its seller, or for its buyer if the sale stands."""
    TRANSIT = "transit"
    """The pair must have reached its buyer."""
    COMPLAINT = "complaint"
    """An admin must have decided on the complaint."""
    COMPLAINT_RETURN = "complaint_return"
    """The pair of a complaint must be back at the warehouse."""
    FREEZE = "freeze"
    """An admin must have looked at the frozen payout again."""
    PAYOUT_ANSWER = "payout_answer"
    """The provider must have paid the seller."""
    REFUND = "refund"
    """The provider must have refunded the buyer, or told whether it charged them at all."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline of an order. An order has at most one of each kind."""

    kind: DeadlineKind
    order_id: OrderId
    due_at: datetime
    trace: str | None = field(default=None, compare=False)
    """Where in a trace it was set, as a traceparent. The store adds it."""
