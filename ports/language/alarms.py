"""Alarms: what an admin must look at."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .deadlines import DeadlineKind
from .ids import AlarmId, OrderId, UserId


class AlarmKind(StrEnum):
    """What is wrong. A new kind is a new word: no table needs to change."""

    PAIR_NOT_CLAIMED = "pair_not_claimed"
    """A pair was received, and no authenticator took it on."""
    REVIEW_OVERDUE = "review_overdue"
    """An authenticator took a pair on, and there is no verdict."""
    PAIR_NOT_DISPATCHED = "pair_not_dispatched"
    """A pair passed, and has not left for its buyer."""
    RETURN_OVERDUE = "return_overdue"
    """A pair is due back to its seller or its buyer, and has not left the warehouse."""
    PAIR_CAME_BACK = "pair_came_back"
    """A pair that is for its buyer came back to the warehouse, and nobody had decided that."""
    DELIVERY_OVERDUE = "delivery_overdue"
    """A pair left for its buyer, and nobody says that it arrived."""
    COMPLAINT_OPEN = "complaint_open"
    """A buyer complained, and no admin has decided."""
    COMPLAINT_RETURN_OVERDUE = "complaint_return_overdue"
    """A buyer is to send a pair back, and it has not arrived."""
    PAIR_ARRIVED_LATE = "pair_arrived_late"
    """A pair arrived after its order was cancelled for that, and its seller owes the penalty."""
    PAYOUT_FROZEN = "payout_frozen"
    """A payout would be due, and is frozen."""
    PAYOUT_OVERDUE = "payout_overdue"
    """A payout is due, and the seller does not have the money."""
    REFUND_OVERDUE = "refund_overdue"
    """A refund is due, and the buyer does not have the money."""
    PROVIDER_REPORT = "provider_report"
    """The payment provider did something that it was not asked for, or not in this amount."""


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
"""The deadlines that decide nothing when they pass, but raise an alarm, and again every day.

Such an alarm is over when its deadline does not run any more.
"""


MAX_NOTES = 10_000
"""How many characters of notes one alarm holds; what comes later is in the letters alone."""

_MORE = "There is more: every admin was told of it by letter."


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to look at: of a kind and an order there is one open alarm at most.

    An alarm is open until `closed_at` (UTC): an admin resolved it, or what it was about is over.
    """

    id: AlarmId
    kind: AlarmKind
    order_id: OrderId | None
    note: str
    """What is to be seen. Where a deadline raised it, it is what was said last; else it is all that
    was said while it was open, a line each.
    """
    raised_at: datetime
    last_at: datetime
    """When it was raised last."""
    count: int = 1
    """How often it was raised while it was open."""
    closed_at: datetime | None = None
    closed_by: UserId | None = None
    """The admin who resolved it; None if what it was about is over."""
    resolution: str | None = None
    """What the admin who resolved it has to say."""

    def raised_again(self, again: "Alarm") -> "Alarm":
        """Return this open alarm after another one of its kind and order was raised."""
        return replace(
            self, note=self._with(again.note), last_at=again.last_at, count=self.count + 1
        )

    def _with(self, note: str) -> str:
        if self.kind in ALARMS.values():
            return note  # it tells anew of the same
        lines = self.note.split("\n")
        if note in lines or lines[-1] == _MORE:
            return self.note
        fits = len(self.note) + len(note) < MAX_NOTES
        return f"{self.note}\n{note if fits else _MORE}"
