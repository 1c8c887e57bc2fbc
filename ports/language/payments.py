"""Payments, payouts and the double-entry ledger."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Self, TypeAlias

from .ids import OrderId, UserId
from .invariants import ensure
from .money import Cents
from .orders import PaymentStatus


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Payment:
    """The buyer's payment for one order, in minor units. It is opened together with the order."""

    order_id: Final[OrderId]
    buyer_id: Final[UserId]
    amount: Final[Cents]
    status: Final[PaymentStatus]
    created_at: Final[datetime]
    payment_method: Final[str | None] = field(default=None, repr=False)
    """The token to charge, frozen at the match. It is never shown."""
    charge_id: Final[str | None] = None
    """The provider's id of the charge, once known."""
    reason: Final[str | None] = None
    """Why it was declined."""
    attempted_at: Final[datetime | None] = None
    """When the latest charge attempt began (UTC), stored before the call, or None."""
    answered_at: Final[datetime | None] = None
    """When the provider first answered (UTC), whatever the answer, or None."""
    refunded: Final[Cents] = 0
    """What was refunded so far, requested or not. It never exceeds the charge."""
    refund_asked: Final[Cents] = 0
    """The amount of the current refund request, stored before the call, or 0."""
    refund_declines: Final[int] = 0
    """How often the provider declined a refund. A request after that needs a new key."""
    refund_id: Final[str | None] = None
    """The provider's id of the requested refund, once known; after it failed, until the next."""
    refund_report: Final[str | None] = None
    """The webhook event that reported that refund without an id."""
    description: Final[str | None] = None
    """What the buyer pays for, in words, frozen at the first attempt. A retry must use it too."""
    statement: Final[str | None] = None
    """What the buyer's bank statement says of it, frozen at the first attempt."""
    action_charge_id: Final[str | None] = None
    """The provider's id of the charge that waits for the buyer, or did."""
    action_url: Final[str | None] = field(default=None, repr=False)
    """Where the buyer authenticates that charge."""

    @property
    def left(self) -> Cents:
        """What is left of the charge."""
        return self.amount - self.refunded


@dataclass(frozen=True, slots=True)
class Decline:
    """A declined charge of an order (UTC)."""

    order_id: OrderId
    buyer_id: UserId
    at: datetime
    reason: str


class PayoutState(StrEnum):
    """The state of a payout."""

    DUE = "due"
    """Out of escrow and owed to the seller. The provider was asked, or will be."""
    PAID = "paid"
    REFUSED = "refused"
    """Owed to the seller, with no request under way: it was refused, or paid and came back."""
    CANCELLED = "cancelled"
    """It is not paid, because the buyer was refunded.

    The amount is offset against the seller's debt.
    """


@dataclass(frozen=True, slots=True)
class Payout:
    """The payout of one order: `amount`, after `debt_settled` was deducted."""

    order_id: OrderId
    seller_id: UserId
    amount: Cents
    debt_settled: Cents
    state: PayoutState
    created_at: datetime
    account: str | None = field(default=None, repr=False)
    """The account to pay, frozen at the first attempt, because a retry must use the same arguments.
    """
    paid_at: datetime | None = None
    reason: str | None = None
    """Why it was refused."""
    refusals: int = 0
    """How often it was refused. A request after that needs a new key."""
    paid: Cents = 0
    """What was paid of `amount` so far. It can differ from what was requested."""
    asked: Cents = 0
    """The requested amount if it is no longer what is owed, otherwise 0."""
    payout_id: str | None = None
    """The provider's id of the latest requested payout, once known."""
    report: str | None = None
    """The webhook event that reported that payout without an id."""

    @property
    def owed(self) -> Cents:
        """What the seller is still owed."""
        unpaid = self.state in (PayoutState.DUE, PayoutState.REFUSED)
        return self.amount - self.paid if unpaid else 0

    @property
    def question(self) -> Cents:
        """The amount to request. A request stays unchanged until it is answered."""
        return self.asked or self.owed


class AccountKind(StrEnum):
    """The kinds of accounts in the ledger. A new kind needs no migration."""

    WORLD = "world"
    """The outside world: minus what the payment provider holds for the exchange."""
    ESCROW = "escrow"
    """One per order: the buyer's money until the order is over."""
    PAYABLE = "payable"
    """One per seller: owed to them, not yet paid."""
    FEES = "fees"
    PROCESSING = "processing"
    SHIPPING = "shipping"
    PENALTIES = "penalties"
    DEBT = "debt"
    """One per user: what they owe and have not settled, as a negative balance."""
    DISPUTED = "disputed"
    """One per charge: what the buyer's bank took back, as a negative balance, until it decides."""
    SUSPENSE = "suspense"
    """One per unassigned charge, refund or payout: money that came in, or was paid out as a
    negative balance, until its owner is known.
    """
    LOSSES = "losses"
    """What the exchange bore, as a negative balance: refunds, and by user the debts written off."""
    PROVIDER_FEES = "provider_fees"
    """What the payment provider took for itself, as a negative balance."""
    WITHDRAWALS = "withdrawals"
    """What went to the exchange's own bank account, as a negative balance."""
    TOP_UPS = "top_ups"
    """What came from the exchange's own bank account."""
    ADJUSTMENTS = "adjustments"
    """What the provider gave, or took as a negative balance, for a reason that is not known."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the ledger. `owner` is the id of an order or a user, or empty."""

    kind: AccountKind
    owner: str = ""

    @classmethod
    def payable(cls, seller_id: UserId) -> Self:
        """Return the account of what is owed to a seller."""
        return cls(AccountKind.PAYABLE, str(seller_id))

    @classmethod
    def debt(cls, user_id: UserId) -> Self:
        """Return the account of what a user owes, as a negative balance."""
        return cls(AccountKind.DEBT, str(user_id))


@dataclass(frozen=True, slots=True)
class Entry:
    """A signed amount in minor units on an account."""

    account: Account
    amount: Cents


@dataclass(frozen=True, slots=True)
class Transfer:
    """An atomic movement of money between accounts. Its entries sum to zero.

    `id` is built from the order and the step, so that one step moves money once. The write-off of a
    debt belongs to no order.
    """

    id: str
    order_id: OrderId | None
    at: datetime
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        ensure(self.entries and sum(entry.amount for entry in self.entries) == 0, self)


@dataclass(frozen=True, slots=True)
class Solvency:
    """The ledger's total per kind of account, in minor units, and what the provider holds."""

    by_kind: dict[AccountKind, Cents]
    provider_balance: Cents

    @property
    def held(self) -> Cents:
        """The total of all accounts except the outside world."""
        return sum(v for kind, v in self.by_kind.items() if kind is not AccountKind.WORLD)

    @property
    def balanced(self) -> bool:
        """Whether the ledger matches the provider to the cent."""
        return self.held == self.provider_balance and sum(self.by_kind.values()) == 0


@dataclass(frozen=True, slots=True)
class Charge:
    """A successful charge: the provider has `amount`."""

    id: str
    amount: Cents


@dataclass(frozen=True, slots=True)
class PendingCharge:
    """A charge that the provider accepted but has not decided. The outcome comes later."""

    id: str
    amount: Cents


@dataclass(frozen=True, slots=True)
class ChargeNeedsBuyer:
    """A charge that waits until the buyer has authenticated it, such as by 3-D Secure."""

    id: str
    amount: Cents
    url: str = field(repr=False)
    """The page for the buyer alone: whoever has the link can authenticate or stop the payment."""


@dataclass(frozen=True, slots=True)
class CancelledCharge:
    """A charge that was cancelled before the buyer paid. It will never move money."""

    id: str
    amount: Cents


@dataclass(frozen=True, slots=True)
class DeclinedCharge:
    """A charge that the provider refused, and why. No money moved."""

    reason: str


AcceptedCharge: TypeAlias = Charge | PendingCharge | ChargeNeedsBuyer | CancelledCharge
"""The possible outcomes of a charge that was not declined."""

ChargeOutcome: TypeAlias = AcceptedCharge | DeclinedCharge
"""The possible outcomes of a charge."""


@dataclass(frozen=True, slots=True)
class RefundMade:
    """A successful refund of `amount`."""

    id: str
    amount: Cents


class RefundState(StrEnum):
    """Where a refund's money is."""

    PENDING = "pending"
    """It has left the balance, and is on its way to the buyer."""
    MADE = "made"
    FAILED = "failed"
    """It did not reach the buyer, and is back in the balance."""


@dataclass(frozen=True, slots=True)
class FoundRefund:
    """A refund as the provider has it now. A refund that was made can still fail, days later."""

    id: str
    charge_id: str
    amount: Cents
    state: RefundState
    order_id: OrderId | None = None
    reason: str | None = None
    """Why it failed."""


@dataclass(frozen=True, slots=True)
class PayoutMade:
    """A successful payout of `amount`, which may differ from the request."""

    id: str
    amount: Cents


class WebhookKind(StrEnum):
    """The kinds of webhooks."""

    CHARGE_CAPTURED = "charge.captured"
    CHARGE_DECLINED = "charge.declined"
    CHARGE_REFUNDED = "charge.refunded"
    PAYOUT_PAID = "payout.paid"
    PAYOUT_FAILED = "payout.failed"
    """A payout was declined, or was paid and came back. The amount is all that came back so far."""
    SELLER_ACCOUNT_CHANGED = "seller_account.changed"
    """Something changed in a seller's account. `reference` is its id."""
    CARD_SETUP_CHANGED = "card_setup.changed"
    """The setup of a card succeeded or failed. `reference` is its id."""
    REFUND_CHANGED = "refund.changed"
    """A refund has another state: a hint. So is the next one, about a dispute."""
    DISPUTE_CHANGED = "dispute.changed"
    OTHER = "other"
    """A webhook that solebook ignores."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A verified and parsed webhook of the payment provider."""

    id: str
    kind: WebhookKind
    order_id: OrderId | None
    charge_id: str | None = None
    amount: Cents = 0
    reason: str | None = None
    reference: str | None = None
    """The provider's id of the refund or payout, or of the object that changed, if it says so."""
    type: str = field(default="", compare=False)
    """The provider's own name of its kind. It is kept in the archive only."""

    @property
    def name(self) -> str:
        """The id of the refund or payout, or of the webhook if the provider gives none."""
        return self.reference or self.id


@dataclass(frozen=True, slots=True)
class Quarter:
    """A calendar quarter in UTC, for seller levels."""

    year: int
    number: int

    @classmethod
    def of(cls, instant: datetime) -> "Quarter":
        """Return the quarter that `instant` falls in."""
        return cls(instant.year, (instant.month + 2) // 3)

    @property
    def previous(self) -> "Quarter":
        """The quarter before this one."""
        return (
            Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)
        )


@dataclass(frozen=True, slots=True)
class SalesVolume:
    """A seller's completed sales in a quarter, and their total in minor units."""

    sales: int = 0
    volume: Cents = 0


@dataclass(frozen=True, slots=True)
class Proceeds:
    """What a seller would receive at a price, in minor units."""

    price: Cents
    transaction_fee: Cents
    processing_fee: Cents
    payout: Cents


@dataclass(frozen=True, slots=True)
class Cost:
    """What a buyer would pay at a price, in minor units."""

    price: Cents
    shipping: Cents
    total: Cents


@dataclass(frozen=True, slots=True)
class TradePreview:
    """The trades that a book offers now. None means that there is no counterpart."""

    sell_now: Proceeds | None
    """Selling to the highest bid."""
    undercut: Proceeds | None
    """An ask one tick below the lowest ask, if it would rest."""
    buy_now: Cost | None
    """Buying from the lowest ask."""
