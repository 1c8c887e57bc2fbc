"""The calls of the embedded payment provider: requests, and what became of them."""

from dataclasses import dataclass, field
from hashlib import sha256

from ...ports.language.ids import OrderId
from ...ports.language.money import Cents
from ...ports.language.payments import (
    CancelledCharge,
    Charge,
    ChargeNeedsBuyer,
    ChargeOutcome,
    DeclinedCharge,
    PendingCharge,
)
from . import tokens
from .operations import OPENING_DISPUTES, Operation
from .outcomes import Outcome

_PREFIXES = {Operation.WITHDRAWAL: "wd", Operation.TOP_UP: "tu", Operation.FEE: "fee"}


@dataclass(frozen=True, slots=True)
class Request:
    """The request of a call.

    `target` is a payment method, a payout account, or the id of the charge, payout or dispute that
    the call is about. Of the setup of a card it is the user; of what happens in one it is the
    setup, a space, and the token or the outcome.
    """

    key: str
    operation: Operation
    target: str = field(repr=False)
    amount: Cents
    order_id: OrderId | None = None
    """None for a refund or a dispute, whose order is that of its charge."""

    @property
    def token(self) -> str:
        """The token that decides what happens: of a card, the one from which it was made."""
        return tokens.test_token_of(self.target)


@dataclass(frozen=True, slots=True)
class Call:
    """A request and its outcome."""

    request: Request
    outcome: Outcome
    reason: str | None = None
    """The reason of a decline."""

    @property
    def id(self) -> str:
        """A short id derived from the key."""
        return sha256(self.request.key.encode()).hexdigest()[:24]

    @property
    def charge_id(self) -> str:
        """The charge that the call made or refunded."""
        request = self.request
        return request.target if request.operation is Operation.REFUND else f"ch_{self.id}"

    @property
    def refund_id(self) -> str:
        """The refund that the call made, or that failed."""
        request = self.request
        is_failure = request.operation is Operation.REFUND_FAILURE
        return request.target if is_failure else f"re_{self.id}"

    @property
    def payout_id(self) -> str:
        """The payout that the call made or returned."""
        request = self.request
        is_return = request.operation is Operation.PAYOUT_RETURN
        return request.target if is_return else f"po_{self.id}"

    @property
    def dispute_id(self) -> str:
        """The dispute or inquiry that the call opened or is about."""
        request = self.request
        opens = request.operation in OPENING_DISPUTES
        return f"du_{self.id}" if opens else request.target

    @property
    def movement_id(self) -> str:
        """The withdrawal, top-up or fee that the call made, or the withdrawal that it returned."""
        request = self.request
        is_return = request.operation is Operation.WITHDRAWAL_FAILURE
        return request.target if is_return else f"{_PREFIXES[request.operation]}_{self.id}"

    @property
    def fee(self) -> Cents:
        """What the provider keeps of the amount if the call takes effect."""
        has_fee = self.request.token == tokens.CARD_WITH_A_FEE
        return (self.moved * 29 + 500) // 1_000 + 30 if has_fee else 0

    @property
    def moved(self) -> Cents:
        """The amount that moves if the call takes effect. Some tokens move another amount."""
        amount, token = self.request.amount, self.request.token
        if token in (tokens.CARD_CHARGED_HALF, tokens.ACCOUNT_PAID_HALF):
            return amount - amount // 2
        if token in (tokens.CARD_CHARGED_DOUBLE, tokens.ACCOUNT_PAID_DOUBLE):
            return amount * 2
        return amount

    @property
    def took_effect(self) -> bool:
        """Whether the provider did what the call asks for."""
        return self.outcome in (Outcome.DONE, Outcome.ANSWER_LOST)

    @property
    def moved_money(self) -> bool:
        """Whether money moved."""
        return self.took_effect and self.request.operation.moves_money


def outcome_of(call: Call) -> ChargeOutcome:
    """Return what became of a charge, whose answer arrived."""
    match call.outcome:
        case Outcome.PENDING:
            return PendingCharge(call.charge_id, call.request.amount)
        case Outcome.NEEDS_BUYER:
            url = f"https://provider.invalid/authenticate/{call.charge_id}"  # there is no such page
            return ChargeNeedsBuyer(call.charge_id, call.request.amount, url)
        case Outcome.CANCELLED:
            return CancelledCharge(call.charge_id, call.request.amount)
        case Outcome.DECLINED:
            return DeclinedCharge(call.reason or "declined")
        case _:
            return Charge(call.charge_id, call.moved)
