"""Disputes: a buyer's bank takes the money of a charge back, or asks about it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .ids import DisputeId, OrderId
from .money import Cents

REMINDED_BEFORE = timedelta(days=2)
"""How long before evidence is due the admins are reminded."""
LOOKED_AT_EVERY = timedelta(days=1)
"""How often the provider is asked about an open dispute, in case that a webhook was lost."""


class DisputeStatus(StrEnum):
    """The state of a dispute. It only goes forward, in this sequence."""

    INQUIRY_NEEDS_RESPONSE = "inquiry_needs_response"
    """The bank asks about a charge. No money has moved."""
    INQUIRY_UNDER_REVIEW = "inquiry_under_review"
    INQUIRY_CLOSED = "inquiry_closed"
    """The bank asks no more. It can still dispute the charge."""
    NEEDS_RESPONSE = "needs_response"
    """The bank took the money back. The exchange can answer until the evidence is due."""
    UNDER_REVIEW = "under_review"
    """The bank has the evidence."""
    WON = "won"
    """The money comes back."""
    LOST = "lost"
    """The buyer keeps the money."""

    @property
    def rank(self) -> int:
        """Its place in the sequence."""
        return list(DisputeStatus).index(self)

    @property
    def awaits_evidence(self) -> bool:
        """Whether evidence can be submitted."""
        return self in (DisputeStatus.INQUIRY_NEEDS_RESPONSE, DisputeStatus.NEEDS_RESPONSE)

    @property
    def takes_money(self) -> bool:
        """Whether the bank holds the money until it decides."""
        return self in (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW)

    @property
    def is_over(self) -> bool:
        """Whether the bank has decided, or asks no more."""
        return self in (DisputeStatus.INQUIRY_CLOSED, DisputeStatus.WON, DisputeStatus.LOST)


@dataclass(frozen=True, slots=True)
class ReportedDispute:
    """A dispute as the payment provider has it now. Amounts are in minor units."""

    name: str
    """The provider's id of it."""
    charge_id: str
    amount: Cents
    """What is disputed of the charge."""
    reason: str
    """The provider's word for what the buyer says."""
    status: DisputeStatus
    opened_at: datetime
    order_id: OrderId | None = None
    """The order of the charge, if the provider knows it."""
    evidence_due_by: datetime | None = None
    withdrawn: Cents = 0
    """What left the balance because of it."""
    reinstated: Cents = 0
    """What of that came back."""
    fee: Cents = 0
    """What the provider took for it. It does not come back."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute as the exchange knows it. Amounts are in minor units."""

    id: DisputeId
    name: str
    """The provider's id of it."""
    charge_id: str
    order_id: OrderId | None
    """The order that the charge paid for, or None if it paid for no known order."""
    amount: Cents
    reason: str
    status: DisputeStatus
    opened_at: datetime
    evidence_due_by: datetime | None
    fee: Cents
    withdrawn: Cents = 0
    """What the ledger has as withdrawn."""
    reinstated: Cents = 0
    """What the ledger has as come back."""
    borne: Cents = 0
    """What was taken from escrow, suspense or the losses after it was lost.

    Below zero if money came back after that.
    """
    submitted_at: datetime | None = None
    """When the exchange submitted evidence (UTC), or None."""
    reminded_at: datetime | None = None
    """When the admins were reminded that evidence is due (UTC), or None."""
    look_at: datetime | None = None
    """When the provider must be asked about it again (UTC); None if it is over."""

    @property
    def outstanding(self) -> Cents:
        """What was withdrawn, did not come back, and is borne by nobody yet."""
        return self.withdrawn - self.reinstated - self.borne

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is expected of it."""
        return self.status.is_over and self.outstanding == 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the exchange tells the bank. Empty texts are left out."""

    product_description: str = ""
    customer_name: str = field(default="", repr=False)
    customer_email: str = field(default="", repr=False)
    shipping_address: str = field(default="", repr=False)
    shipping_carrier: str = ""
    shipping_tracking_number: str = ""
    shipping_date: str = ""
    service_date: str = ""
    """When the pair was delivered."""
    text: str = ""
    """Everything else: the trade, and the examination of the pair with its photos."""

    def given(self) -> dict[str, str]:
        """Return the texts that are not empty, by name."""
        values = ((name, getattr(self, name)) for name in Evidence.__slots__)
        return {name: value for name, value in values if value}
