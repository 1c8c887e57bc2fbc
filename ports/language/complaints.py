"""Buyers' complaints about orders, and their outcomes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ComplaintKind(StrEnum):
    """What is wrong."""

    NOT_RECEIVED = "not_received"
    """The pair did not reach its buyer."""
    NOT_AS_DESCRIBED = "not_as_described"
    """The pair reached its buyer, but is not the one that was bought."""


class ComplaintState(StrEnum):
    """The state of a complaint."""

    OPEN = "open"
    """An admin must decide."""
    RETURN_AWAITED = "return_awaited"
    """Decided for the buyer, who is refunded when the pair is back at the warehouse."""
    UPHELD = "upheld"
    """The buyer is refunded."""
    DISMISSED = "dismissed"
    """Decided for the seller."""
    WITHDRAWN = "withdrawn"
    """The buyer confirmed the delivery of a pair that they had not received."""


class Bearer(StrEnum):
    """Who bears the cost of a refund."""

    BUYER = "buyer"
    """The buyer gets the price back, and bears the shipping."""
    SELLER = "seller"
    """The buyer gets everything back, and the seller gets nothing for the trade."""
    EXCHANGE = "exchange"
    """The buyer gets everything back, and the seller is paid as if nothing had happened.

    A seller who still has the pair is paid nothing and owes nothing.
    """


@dataclass(frozen=True, slots=True)
class Complaint:
    """The buyer's complaint, and an admin's answer."""

    kind: ComplaintKind
    reason: str
    at: datetime
    state: ComplaintState = ComplaintState.OPEN
    answer: str | None = None
    """The text of the admin who decided."""

    @property
    def is_settled(self) -> bool:
        """Whether the complaint needs no further action."""
        return self.state not in (ComplaintState.OPEN, ComplaintState.RETURN_AWAITED)
