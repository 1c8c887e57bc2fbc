"""What webhooks tell of payments and payouts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..money import Cents
from ..orders import FreezeReason
from .base import Audience, OrderContent


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCapturedContent(OrderContent):
    """The buyer paid `amount` into escrow."""

    KIND: ClassVar[str] = "payment.captured"
    AUDIENCE: ClassVar[Audience] = Audience.BUYER
    amount: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNeedsBuyerContent(OrderContent):
    """The buyer must authenticate the charge until an instant. The order has the page for it."""

    KIND: ClassVar[str] = "payment.needs_buyer"
    AUDIENCE: ClassVar[Audience] = Audience.BUYER
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDeclinedContent(OrderContent):
    """The provider declined to charge the buyer."""

    KIND: ClassVar[str] = "payment.declined"
    AUDIENCE: ClassVar[Audience] = Audience.BUYER
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRefundedContent(OrderContent):
    """The buyer was refunded `amount`."""

    KIND: ClassVar[str] = "payment.refunded"
    AUDIENCE: ClassVar[Audience] = Audience.BUYER
    amount: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutPaidContent(OrderContent):
    """The seller was paid `amount`, after `debt_settled` was deducted."""

    KIND: ClassVar[str] = "payout.paid"
    AUDIENCE: ClassVar[Audience] = Audience.SELLER
    amount: Cents
    debt_settled: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRefusedContent(OrderContent):
    """The provider refused to pay `amount` to the seller."""

    KIND: ClassVar[str] = "payout.refused"
    AUDIENCE: ClassVar[Audience] = Audience.SELLER
    amount: Cents
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFrozenContent(OrderContent):
    """The seller is not paid while this reason stands."""

    KIND: ClassVar[str] = "payout.frozen"
    AUDIENCE: ClassVar[Audience] = Audience.SELLER
    reason: FreezeReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutReleasedContent(OrderContent):
    """No reason is left to keep the seller from being paid."""

    KIND: ClassVar[str] = "payout.released"
    AUDIENCE: ClassVar[Audience] = Audience.SELLER
