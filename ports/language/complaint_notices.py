"""Notices about complaints, refunds after delivery and frozen payouts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from .complaints import Bearer, ComplaintKind, ComplaintState
from .money import Cents
from .notifications import NotificationKind, Warehouse
from .orders import FreezeReason
from .trade_notices import TradeNotice


@dataclass(frozen=True, slots=True)
class OrderComplainedNotice(TradeNotice):
    """To the buyer: the complaint was received. `reason` is the buyer's text."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_COMPLAINED
    complaint: ComplaintKind
    reason: str

    @property
    def once_for(self) -> None:
        """One that was withdrawn may be followed by another."""
        return None


@dataclass(frozen=True, slots=True)
class SaleComplainedNotice(TradeNotice):
    """To the seller: the buyer complained, and the payout is frozen.

    `reason` is the buyer's text.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_COMPLAINED
    complaint: ComplaintKind
    reason: str

    @property
    def once_for(self) -> None:
        """One that was withdrawn may be followed by another."""
        return None


@dataclass(frozen=True, slots=True)
class ComplaintDecidedNotice(TradeNotice):
    """The base of the notices about a decision. `note` is the admin's text."""

    complaint: ComplaintKind
    state: ComplaintState
    note: str

    @property
    def once_for(self) -> None:
        """A decision may be followed by another: a return may be waived after all."""
        return None


@dataclass(frozen=True, slots=True)
class OrderComplaintDecidedNotice(ComplaintDecidedNotice):
    """To the buyer: the decision, and where to send the pair if it must come back first."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_COMPLAINT_DECIDED
    send_to: Warehouse | None


@dataclass(frozen=True, slots=True)
class SaleComplaintDecidedNotice(ComplaintDecidedNotice):
    """To the seller: the decision."""

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_COMPLAINT_DECIDED


@dataclass(frozen=True, slots=True)
class OrderRefundedNotice(TradeNotice):
    """To the buyer of a delivered pair: `refund` is paid back, and `kept` is not.

    `complaint` is the kind of complaint that the refund decided, if any.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.ORDER_REFUNDED
    refund: Cents
    kept: Cents
    note: str | None = None
    complaint: ComplaintKind | None = None


@dataclass(frozen=True, slots=True)
class RefundFailedNotice(TradeNotice):
    """To the buyer: a refund of `amount` did not reach them, for the provider's `reason`.

    It is made again, and they are paid otherwise if that fails too. They hear of it once.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.REFUND_FAILED
    amount: Cents
    reason: str


@dataclass(frozen=True, slots=True)
class SaleRefundedNotice(TradeNotice):
    """To the seller of a delivered pair: the buyer is refunded, and who bears it.

    `owed` is what the seller was already paid and owes back. If `returned`, the pair goes back to
    the seller. `complaint` is the kind of complaint that the refund decided, if any.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_REFUNDED
    borne_by: Bearer
    owed: Cents
    returned: bool
    note: str | None = None
    complaint: ComplaintKind | None = None


@dataclass(frozen=True, slots=True)
class SaleReturnedNotice(TradeNotice):
    """To the seller: the pair is on its way back."""

    KIND: ClassVar[NotificationKind] = NotificationKind.SALE_RETURNED
    carrier: str
    tracking_number: str

    @property
    def once_for(self) -> None:
        """It may come back, and be sent again."""
        return None


@dataclass(frozen=True, slots=True)
class PayoutFrozenNotice(TradeNotice):
    """To the seller: the payout is frozen until an admin has looked at the order."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYOUT_FROZEN
    reason: FreezeReason

    @property
    def once_for(self) -> None:
        """It may be frozen again."""
        return None


@dataclass(frozen=True, slots=True)
class PayoutReleasedNotice(TradeNotice):
    """To the seller: the payout is no longer frozen.

    It is due at `due_at`, or now, or after the delivery unless the pair is `delivered` or lost.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYOUT_RELEASED
    payout: Cents
    due_at: datetime | None
    delivered: bool = True

    @property
    def once_for(self) -> None:
        """It may be released again."""
        return None


@dataclass(frozen=True, slots=True)
class PenaltyReversedNotice(TradeNotice):
    """To the seller: `cancelled` of the penalty is no longer owed, and `paid_back` is paid out."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PENALTY_REVERSED
    cancelled: Cents
    paid_back: Cents
