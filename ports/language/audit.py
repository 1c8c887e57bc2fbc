"""The audit log: what staff did, to what, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self, TypeAlias
from uuid import UUID

from .ids import AuditEntryId, OrderId, ProductId, QuoteId, UserId
from .text import check_text

MAX_REASON = 500
"""The most characters that a reason may have."""

Reason = NewType("Reason", str)
"""Why staff did something, in their own words. `parse_reason` makes one."""

Fact: TypeAlias = str | int | bool | tuple[str, ...] | None


def parse_reason(text: str) -> Reason:
    """Return a reason of 1 to 500 characters on one line. Raises InvalidText.

    >>> parse_reason(" The card was stolen. ")
    'The card was stolen.'
    """
    return Reason(check_text("reason", text, max_length=MAX_REASON))


class AuditAction(StrEnum):
    """What was done. A new action is a new word: no table needs to change."""

    ROLES_SET = "roles_set"
    SUSPENSION_SET = "suspension_set"
    PRODUCT_CREATED = "product_created"
    PRODUCT_EDITED = "product_edited"
    DECLINES_FORGIVEN = "declines_forgiven"
    DEBT_WRITTEN_OFF = "debt_written_off"
    QUOTE_WITHDRAWAL_REQUESTED = "quote_withdrawal_requested"
    HALT_REQUESTED = "halt_requested"
    HALT_END_REQUESTED = "halt_end_requested"
    RULES_APPLIED = "rules_applied"
    ORDER_CANCELLED = "order_cancelled"
    DELIVERY_CONFIRMED = "delivery_confirmed"
    PAYOUT_FROZEN = "payout_frozen"
    PAYOUT_RELEASED = "payout_released"
    PAYOUT_REPEATED = "payout_repeated"
    ORDER_REFUNDED = "order_refunded"
    SHORTFALL_BORNE = "shortfall_borne"
    SUSPENSE_WRITTEN_OFF = "suspense_written_off"
    CARRIER_RECEIPT_NOTED = "carrier_receipt_noted"
    COMPLAINT_DECIDED = "complaint_decided"
    ALARM_RESOLVED = "alarm_resolved"
    DEAD_LETTER_REPLAYED = "dead_letter_replayed"
    CARRIED_OUT = "carried_out"
    """The outcome of a request: the process with the engine did what it asked for."""
    NOT_CARRIED_OUT = "not_carried_out"
    """The outcome of a request: it was refused, and `facts` say by what."""


class TargetKind(StrEnum):
    """What kind of thing an action is done to."""

    USER = "user"
    QUOTE = "quote"
    ORDER = "order"
    PRODUCT = "product"
    HALT = "halt"
    ALARM = "alarm"
    DEAD_LETTER = "dead_letter"
    MARKET = "market"


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is done to. The market as a whole has no id."""

    kind: TargetKind
    id: UUID | None = None

    @classmethod
    def user(cls, user_id: UserId) -> Self:
        """Return a user as a target."""
        return cls(TargetKind.USER, user_id)

    @classmethod
    def quote(cls, quote_id: QuoteId) -> Self:
        """Return a bid or an ask as a target."""
        return cls(TargetKind.QUOTE, quote_id)

    @classmethod
    def order(cls, order_id: OrderId) -> Self:
        """Return an order as a target."""
        return cls(TargetKind.ORDER, order_id)

    @classmethod
    def product(cls, product_id: ProductId) -> Self:
        """Return a product as a target."""
        return cls(TargetKind.PRODUCT, product_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a member of staff did: an audit entry before it is stored.

    `facts` are what the action needs to be understood later (ids, amounts in cents, words of the
    market), never secrets, tokens or what a user typed of themselves: an entry stays for good.
    `reason` is None only where none is asked for, as in the catalogue. `about` is the entry whose
    outcome this one tells.
    """

    actor_id: UserId
    action: AuditAction
    target: Target
    reason: Reason | None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    about: AuditEntryId | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An act with its number and its instant (UTC). It is never changed and never deleted."""

    id: AuditEntryId
    at: datetime
    act: Act
