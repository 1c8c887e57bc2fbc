"""The audit log: the actions of staff, with target and reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self, TypeAlias
from uuid import UUID

from .ids import ApiTokenId, AuditEntryId, OrderId, ProductId, QuoteId, UserId
from .text import check_text

MAX_REASON = 500
"""The maximum length of a reason."""

Reason = NewType("Reason", str)
"""The reason of an action of staff. `parse_reason` creates it."""

Fact: TypeAlias = str | int | bool | tuple[str, ...] | None


def parse_reason(text: str) -> Reason:
    """Return a reason of 1 to 500 characters on one line. Raises InvalidText.

    >>> parse_reason(" The card was stolen. ")
    'The card was stolen.'
    """
    return Reason(check_text("reason", text, max_length=MAX_REASON))


class AuditAction(StrEnum):
    """What was done. A new action needs no migration."""

    ROLES_SET = "roles_set"
    ACCOUNT_CLOSED = "account_closed"
    PAYOUT_ACCOUNT_NAMED = "payout_account_named"
    SUSPENSION_SET = "suspension_set"
    SESSIONS_ENDED = "sessions_ended"
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
    EVIDENCE_SUBMITTED = "evidence_submitted"
    DISPUTE_ACCEPTED = "dispute_accepted"
    CARRIER_RECEIPT_NOTED = "carrier_receipt_noted"
    COMPLAINT_DECIDED = "complaint_decided"
    ALARM_RESOLVED = "alarm_resolved"
    DEAD_LETTER_REPLAYED = "dead_letter_replayed"
    REFUNDED_OTHERWISE = "refunded_otherwise"
    WEBHOOK_REPLAYED = "webhook_replayed"
    WEBHOOK_ENDPOINT_CREATED = "webhook_endpoint_created"
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint_disabled"
    RESHARDED = "resharded"
    CLOCK_STARTED = "clock_started"
    CLOCK_MOVED = "clock_moved"
    API_TOKEN_ISSUED = "api_token_issued"  # noqa: S105  # no secret
    API_TOKEN_REVOKED = "api_token_revoked"  # noqa: S105  # no secret
    CARRIED_OUT = "carried_out"
    """The outcome of a request: the process with the engine carried it out."""
    NOT_CARRIED_OUT = "not_carried_out"
    """The outcome of a request: it was refused, and `facts` say why."""


class TargetKind(StrEnum):
    """The kind of an action's target."""

    USER = "user"
    QUOTE = "quote"
    ORDER = "order"
    PRODUCT = "product"
    HALT = "halt"
    ALARM = "alarm"
    DEAD_LETTER = "dead_letter"
    API_TOKEN = "api_token"  # noqa: S105  # no secret
    WEBHOOK = "webhook"
    WEBHOOK_ENDPOINT = "webhook_endpoint"
    DISPUTE = "dispute"
    MARKET = "market"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Target:
    """The target of an action. The market as a whole and the clock have no id."""

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
    """An action of staff: an audit entry before it is stored.

    `facts` explain the action later (ids, amounts in minor units, terms of the market). They never
    contain secrets, tokens or personal data, because an entry is permanent. `reason` is None only
    if none is required, as in the catalogue. `about` is the entry whose outcome this one records.
    """

    actor_id: UserId
    action: AuditAction
    target: Target
    reason: Reason | None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    about: AuditEntryId | None = None
    token_id: ApiTokenId | None = None
    """The token of the program that acted for the actor, if one did."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A stored action with its id and time (UTC). It is never changed or deleted."""

    id: AuditEntryId
    at: datetime
    act: Act
