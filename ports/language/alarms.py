"""Alarms for admins."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .deadlines import DeadlineKind
from .ids import AlarmId, OrderId, UserId


class AlarmKind(StrEnum):
    """What is wrong. A new kind needs no migration."""

    PAIR_NOT_CLAIMED = "pair_not_claimed"
    """A pair was received, and no authenticator has claimed it."""
    REVIEW_OVERDUE = "review_overdue"
    """An authenticator claimed a pair, and there is no verdict."""
    PAIR_NOT_DISPATCHED = "pair_not_dispatched"
    """A pair passed, and was not dispatched to its buyer."""
    RETURN_OVERDUE = "return_overdue"
    """A pair is due back to its seller or its buyer, and was not dispatched."""
    PAIR_CAME_BACK = "pair_came_back"
    """A buyer's pair came back to the warehouse without a decision."""
    DELIVERY_OVERDUE = "delivery_overdue"
    """A pair was dispatched to its buyer, and its delivery is not confirmed."""
    COMPLAINT_OPEN = "complaint_open"
    """A buyer complained, and no admin has decided."""
    COMPLAINT_RETURN_OVERDUE = "complaint_return_overdue"
    """A buyer must send a pair back, and it has not arrived."""
    PAIR_ARRIVED_LATE = "pair_arrived_late"
    """A pair arrived after its order was cancelled because it had not, and its seller owes the
    penalty.
    """
    PAYOUT_FROZEN = "payout_frozen"
    """A payout would be due, but is frozen."""
    PAYOUT_OVERDUE = "payout_overdue"
    """A payout is due, and the seller does not have the money."""
    REFUND_OVERDUE = "refund_overdue"
    """A refund is due, and the buyer does not have the money."""
    PROVIDER_REPORT = "provider_report"
    """The payment provider did something without a request, or with a different amount."""
    RECONCILIATION = "reconciliation"
    """The ledger and the payment provider differ in an item."""
    CHARGE_DISPUTED = "charge_disputed"
    """A buyer's bank disputes a charge or asks about it, or has decided for the buyer."""


ALARMS: dict[DeadlineKind, AlarmKind] = {
    DeadlineKind.CLAIM: AlarmKind.PAIR_NOT_CLAIMED,
    DeadlineKind.REVIEW: AlarmKind.REVIEW_OVERDUE,
    DeadlineKind.DISPATCH: AlarmKind.PAIR_NOT_DISPATCHED,
    DeadlineKind.RETURN: AlarmKind.RETURN_OVERDUE,
    DeadlineKind.TRANSIT: AlarmKind.DELIVERY_OVERDUE,
    DeadlineKind.COMPLAINT: AlarmKind.COMPLAINT_OPEN,
    DeadlineKind.COMPLAINT_RETURN: AlarmKind.COMPLAINT_RETURN_OVERDUE,
    DeadlineKind.FREEZE: AlarmKind.PAYOUT_FROZEN,
    DeadlineKind.PAYOUT_ANSWER: AlarmKind.PAYOUT_OVERDUE,
    DeadlineKind.REFUND: AlarmKind.REFUND_OVERDUE,
}
"""The deadlines that decide nothing, but raise an alarm when they pass, and again every day.

Such an alarm is over when its deadline no longer runs.
"""


MAX_NOTES = 10_000
"""The maximum length of an alarm's notes. Later notes are only in the mails."""

_MORE = "There is more: see the letters to the admins."


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm. There is at most one open alarm per kind and order.

    It is open until `closed_at` (UTC), when an admin resolved it or its cause ended.
    """

    id: AlarmId
    kind: AlarmKind
    order_id: OrderId | None
    note: str
    """What is wrong.

    If a deadline raised it, it is the latest note; otherwise all notes, one per line.
    """
    raised_at: datetime
    last_at: datetime
    """When it was last raised."""
    count: int = 1
    """How often it was raised while open."""
    closed_at: datetime | None = None
    closed_by: UserId | None = None
    """The admin who resolved it, or None if its cause ended."""
    resolution: str | None = None
    """The admin's reason for closing it."""

    def raised_again(self, again: "Alarm") -> "Alarm":
        """Return this open alarm with another one of its kind and order merged into it."""
        return replace(
            self, note=self._with(again.note), last_at=again.last_at, count=self.count + 1
        )

    def _with(self, note: str) -> str:
        if self.kind in ALARMS.values():
            return note  # it replaces the old note about the same state
        lines = self.note.split("\n")
        if note in lines or lines[-1] == _MORE:
            return self.note
        fits = len(self.note) + len(note) < MAX_NOTES
        return f"{self.note}\n{note if fits else _MORE}"
