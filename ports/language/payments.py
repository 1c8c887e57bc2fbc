"""Payments, payouts and the double-entry ledger."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self, TypeAlias

from .ids import OrderId, UserId
from .money import Cents
from .orders import PaymentStatus


@dataclass(frozen=True, slots=True)
class Payment:
    """The buyer's payment for one order, in cents. It opens together with the order."""

    order_id: OrderId
    buyer_id: UserId
    amount: Cents
    status: PaymentStatus
    created_at: datetime
    payment_method: str | None = field(default=None, repr=False)
    """The token that is charged, frozen at the match. It is shown to nobody."""
    charge_id: str | None = None
    """The provider's name of the charge, once there is one."""
    reason: str | None = None
    """Why it was declined."""
    attempted_at: datetime | None = None
    """When the provider was last asked to charge (UTC), noted before the call; None: never."""
    answered_at: datetime | None = None
    """When the provider first answered (UTC), whatever it said; None: not yet."""
    refunded: Cents = 0
    """What went back to the buyer so far, asked for or not. It never exceeds the capture."""
    refund_asked: Cents = 0
    """What the provider is asked to refund, written down before the call; 0: not asked."""
    refund_declines: int = 0
    """How often it declined: what is asked after that is no repetition of what was."""
    refund_id: str | None = None
    """The provider's name of the refund that it was asked for, once it is known."""
    refund_report: str | None = None
    """The webhook that told of that refund without a name of its own."""

    @property
    def left(self) -> Cents:
        """What is left of the capture."""
        return self.amount - self.refunded


@dataclass(frozen=True, slots=True)
class Decline:
    """The provider declined the charge of one order, at an instant (UTC)."""

    order_id: OrderId
    buyer_id: UserId
    at: datetime
    reason: str


class PayoutState(StrEnum):
    """Where a payout is."""

    DUE = "due"
    """Out of escrow and owed to the seller; the provider has been, or is being, asked."""
    PAID = "paid"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    """It is not paid: its buyer was refunded, and what was owed is set off against that."""


@dataclass(frozen=True, slots=True)
class Payout:
    """What one order pays its seller: `amount`, after `debt_settled` was kept back."""

    order_id: OrderId
    seller_id: UserId
    amount: Cents
    debt_settled: Cents
    state: PayoutState
    created_at: datetime
    account: str | None = None
    """The account that is paid, frozen at the first try: a retry must use the same words."""
    paid_at: datetime | None = None
    reason: str | None = None
    """Why it was refused."""
    refusals: int = 0
    """How often it was refused: what is asked after a refusal is no repetition of what was."""
    paid: Cents = 0
    """What has arrived of `amount`: another amount than was asked for may be paid."""
    asked: Cents = 0
    """What the provider was asked for, where that is not what is owed any more; else 0."""
    payout_id: str | None = None
    """The provider's name of the latest payout that was asked for, once it is known."""
    report: str | None = None
    """The webhook that told of that payout without a name of its own."""

    @property
    def owed(self) -> Cents:
        """What the seller is still to be paid."""
        unpaid = self.state in (PayoutState.DUE, PayoutState.REFUSED)
        return self.amount - self.paid if unpaid else 0

    @property
    def question(self) -> Cents:
        """What the provider is asked to pay: a question keeps its words until it is answered."""
        return self.asked or self.owed


class AccountKind(StrEnum):
    """The kinds of account in the ledger."""

    WORLD = "world"
    """Everybody's money that is not held here; minus what the payment provider holds for us."""
    ESCROW = "escrow"
    """One for each order: the buyer's money until the order is over."""
    PAYABLE = "payable"
    """One for each seller: owed to them, not yet paid."""
    FEES = "fees"
    PROCESSING = "processing"
    SHIPPING = "shipping"
    PENALTIES = "penalties"
    DEBT = "debt"
    """One for each seller: what they owe and have not settled, as a negative balance."""
    SUSPENSE = "suspense"
    """One for each charge, refund or payout of nothing that is known: money that came, or went as a
    negative balance, and waits until somebody can tell whose it is."""
    LOSSES = "losses"
    """What the exchange bore, as a negative balance: refunds, and by user the debts written off."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the ledger; `owner` is an order's or a user's id, or empty."""

    kind: AccountKind
    owner: str = ""

    @classmethod
    def payable(cls, seller_id: UserId) -> Self:
        """Return the account of what is owed to a seller."""
        return cls(AccountKind.PAYABLE, str(seller_id))

    @classmethod
    def debt(cls, seller_id: UserId) -> Self:
        """Return the account of what a seller owes, as a negative balance."""
        return cls(AccountKind.DEBT, str(seller_id))


@dataclass(frozen=True, slots=True)
class Entry:
    """A signed amount in cents that is added to an account."""

    account: Account
    amount: Cents


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money moved between accounts, all at once. Its entries sum to zero.

    `id` is made of the order and the step, so that one step moves money once. A debt that is
    written off is of no order.
    """

    id: str
    order_id: OrderId | None
    at: datetime
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        assert self.entries, "a transfer moves something"
        assert sum(entry.amount for entry in self.entries) == 0, f"{self.id} does not balance"


@dataclass(frozen=True, slots=True)
class Solvency:
    """What the ledger holds by kind of account, in cents, against what the provider holds."""

    by_kind: dict[AccountKind, Cents]
    gateway_balance: Cents

    @property
    def held(self) -> Cents:
        """The total of every account but the outside world."""
        return sum(v for kind, v in self.by_kind.items() if kind is not AccountKind.WORLD)

    @property
    def balanced(self) -> bool:
        """Whether not a cent is missing or too many."""
        return self.held == self.gateway_balance and sum(self.by_kind.values()) == 0


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that succeeded: the provider has the money, `amount` cents."""

    id: str
    amount: Cents


@dataclass(frozen=True, slots=True)
class PendingCharge:
    """A charge that the provider took and has not decided: its outcome is told later, or asked."""

    id: str
    amount: Cents


@dataclass(frozen=True, slots=True)
class DeclinedCharge:
    """A charge that the provider will not make, and why. No money moved."""

    reason: str


ChargeOutcome: TypeAlias = Charge | PendingCharge | DeclinedCharge
"""What the provider can say of a charge that it was asked for."""


@dataclass(frozen=True, slots=True)
class RefundMade:
    """A refund that succeeded: `amount` cents of a charge went back to its buyer."""

    id: str
    amount: Cents


@dataclass(frozen=True, slots=True)
class PayoutMade:
    """A payout that succeeded: `amount` cents left for the seller, maybe not what was asked."""

    id: str
    amount: Cents


class GatewayEventKind(StrEnum):
    """What a payment provider's webhook can tell."""

    CHARGE_CAPTURED = "charge.captured"
    CHARGE_DECLINED = "charge.declined"
    CHARGE_REFUNDED = "charge.refunded"
    PAYOUT_PAID = "payout.paid"
    PAYOUT_FAILED = "payout.failed"
    """A payout was declined; or one that had been paid came back, and the money with it."""
    OTHER = "other"
    """Something that solebook does not act on."""


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """One webhook of the payment provider, checked and parsed."""

    id: str
    kind: GatewayEventKind
    order_id: OrderId | None
    charge_id: str | None = None
    amount: Cents = 0
    reason: str | None = None
    reference: str | None = None
    """The provider's name of the refund or payout, if the event tells it."""

    @property
    def name(self) -> str:
        """What names the refund or payout: the event does so where the provider does not."""
        return self.reference or self.id


@dataclass(frozen=True, slots=True)
class Quarter:
    """A calendar quarter in UTC, in which sellers earn their level."""

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
    """A seller's completed sales in a quarter, and their prices' total in cents."""

    sales: int = 0
    volume: Cents = 0


@dataclass(frozen=True, slots=True)
class Proceeds:
    """What a seller would net at a price, in cents."""

    price: Cents
    transaction_fee: Cents
    processing_fee: Cents
    payout: Cents


@dataclass(frozen=True, slots=True)
class Cost:
    """What a buyer would pay at a price, in cents."""

    price: Cents
    shipping: Cents
    total: Cents


@dataclass(frozen=True, slots=True)
class TradePreview:
    """The trades that a book offers now; None where there is nobody to trade with."""

    sell_now: Proceeds | None
    """Selling to the highest bid."""
    undercut: Proceeds | None
    """Asking one tick under the lowest ask, if that would rest."""
    buy_now: Cost | None
    """Buying from the lowest ask."""
