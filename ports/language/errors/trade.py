"""Refusals of orders, payments and authentication."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .base import Refusal

_WISHES = {
    "ship_by_extended": "be given more time to ship",
    "seller_shipped": "be shipped by its seller",
    "shipped": "be shipped to its buyer",
    "returned": "be returned to its seller",
    "auth_passed": "pass authentication",
    "auth_failed": "fail authentication",
    "pair_arrived": "have its pair arrive once more",
    "complained": "be complained of",
    "complaint_dismissed": "have a complaint decided for its seller",
    "complaint_upheld": "have a complaint decided for its buyer",
    "refund_granted": "be refunded",
    "payout_frozen": "have its payout frozen (it may be already)",
    "payout_released": "have its payout released (no freeze stands that an admin lifts)",
    "carrier_receipt_noted": "have it noted that its carrier had the pair",
}
"""What was asked for, in words, where `be` and the name of the move do not say it."""


def _second(at: datetime) -> str:
    """Write an instant for people."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(eq=False)
class IllegalMove(Refusal):
    """The order cannot do this in its state; `legal` names the moves that it can."""

    order_id: UUID
    status: str
    move: str
    legal: tuple[str, ...]

    def __str__(self) -> str:
        legal = ", ".join(self.legal) or "none"
        wish = _WISHES.get(self.move, f"be {self.move}")
        return f"an order that is {self.status} cannot {wish}; legal moves: {legal}"


@dataclass(eq=False)
class TaskNotOpen(Refusal):
    """The authentication task is in the wrong state for this."""

    task_id: UUID
    status: str
    action: str

    def __str__(self) -> str:
        return f"the task {self.task_id} is {self.status} and cannot be {self.action}"


@dataclass(eq=False)
class TaskClaimed(Refusal):
    """Another authenticator holds the task until `until` (UTC)."""

    task_id: UUID
    until: datetime

    def __str__(self) -> str:
        return f"another authenticator holds the task {self.task_id} until {_second(self.until)}"


@dataclass(eq=False)
class PartyToTheOrder(Refusal):
    """The buyer and the seller of an order cannot act on it as staff."""

    order_id: UUID

    def __str__(self) -> str:
        return "the buyer and the seller of an order cannot act on it as staff"


@dataclass(eq=False)
class AlarmClosed(Refusal):
    """The alarm was closed at `closed_at` (UTC)."""

    alarm_id: UUID
    closed_at: datetime

    def __str__(self) -> str:
        return f"the alarm {self.alarm_id} was closed at {_second(self.closed_at)}"


@dataclass(eq=False)
class PayoutStopped(Refusal):
    """The order's payout is frozen, for `reasons`. Release it first."""

    order_id: UUID
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"the payout of the order {self.order_id} is frozen: {', '.join(self.reasons)}"


@dataclass(eq=False)
class PayoutNotOpen(Refusal):
    """The order has no payout that was refused or is unanswered; `state` is its state."""

    order_id: UUID
    state: str

    def __str__(self) -> str:
        return (
            f"the order {self.order_id} has no payout that was refused or is not answered; "
            f"the state of its payout is: {self.state}"
        )


@dataclass(eq=False)
class NoShortfall(Refusal):
    """The order's escrow is complete: there is nothing to bear."""

    order_id: UUID

    def __str__(self) -> str:
        return f"the escrow of the order {self.order_id} is complete: there is nothing to bear"


@dataclass(eq=False)
class NothingInSuspense(Refusal):
    """No money is in suspense under this name."""

    name: str

    def __str__(self) -> str:
        return f"no money is in suspense under {self.name!r}"


@dataclass(eq=False)
class BeyondDebt(Refusal):
    """The amount to write off exceeds the user's debt, `owed`."""

    user_id: UUID
    owed: int

    def __str__(self) -> str:
        return f"the user {self.user_id} owes {self.owed}; no more can be written off"


@dataclass(eq=False)
class ComplaintTooLate(Refusal):
    """The time to complain about a delivered pair ended at `until` (UTC)."""

    order_id: UUID
    until: datetime

    def __str__(self) -> str:
        return f"the time to complain ended at {_second(self.until)}"


@dataclass(eq=False)
class InvalidDecision(Refusal):
    """The decision on a complaint is contradictory or incomplete."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(eq=False)
class InvalidPhoto(Refusal):
    """A file is no photo that can be kept; `problem` says why."""

    problem: str

    def __str__(self) -> str:
        return f"the photo {self.problem}"


@dataclass(eq=False)
class InvalidVerdict(Refusal):
    """The verdict is contradictory or lacks evidence."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(eq=False)
class VerdictGiven(Refusal):
    """A different verdict was already given, and verdicts are final."""

    task_id: UUID
    passed: bool

    def __str__(self) -> str:
        word = "passed" if self.passed else "failed"
        return f"the task {self.task_id} was already {word}, and a verdict is final"


@dataclass(eq=False)
class DisputeNotOpen(Refusal):
    """The dispute is in the wrong state for this: evidence is submitted once, before it ends."""

    name: str
    status: str

    def __str__(self) -> str:
        return f"the dispute {self.name} is {self.status} and can no longer be answered"


@dataclass(eq=False)
class ChargeDeclined(Refusal):
    """The payment provider will not charge this payment method, now or on a retry."""

    reason: str

    def __str__(self) -> str:
        return f"the payment was declined: {self.reason}"


@dataclass(eq=False)
class PayoutDeclined(Refusal):
    """The payment provider declines to pay this account; a retry will not help."""

    reason: str

    def __str__(self) -> str:
        return f"the payout was declined: {self.reason}"


@dataclass(eq=False)
class RefundDeclined(Refusal):
    """The payment provider declines to refund this amount; a retry will not help."""

    reason: str

    def __str__(self) -> str:
        return f"the refund was declined: {self.reason}"


@dataclass(eq=False)
class InvalidSignature(Refusal):
    """The webhook's signature is wrong or too old."""

    problem: str

    def __str__(self) -> str:
        return f"the webhook's signature is {self.problem}"


@dataclass(eq=False)
class WebhookNotKept(Refusal):
    """No webhook was received under this id, or its body is not kept any more."""

    id: str

    def __str__(self) -> str:
        return f"the webhook {self.id} is not kept"


@dataclass(eq=False)
class MoneyDisputed(Refusal):
    """A bank has the money of the order's charge, and may give it to the buyer."""

    order_id: UUID

    def __str__(self) -> str:
        return f"a bank has the money of order {self.order_id} until it decides the dispute"


@dataclass(eq=False)
class NoFailedRefund(Refusal):
    """The order has no refund that failed, or another one is under way."""

    order_id: UUID

    def __str__(self) -> str:
        return f"no refund of order {self.order_id} has failed, or another one is under way"
