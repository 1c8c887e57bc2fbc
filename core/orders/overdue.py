"""Alarms about overdue deadlines on which an admin must decide."""

from datetime import datetime, timedelta

from ...ports.language.alarms import ALARMS
from ...ports.language.deadlines import DeadlineKind
from ...ports.language.events import AlarmRaised
from ...ports.language.orders import Order, OrderStatus, PaymentStatus, PayoutStatus

_NOTES: dict[DeadlineKind, str] = {
    DeadlineKind.CLAIM: "The warehouse received the pair, but nobody has claimed the task.",
    DeadlineKind.REVIEW: "The pair is in review, but there is no verdict yet.",
    DeadlineKind.DISPATCH: "The pair passed authentication but has not left for its buyer.",
    DeadlineKind.RETURN: "The pair is due back but has not left the warehouse.",
    DeadlineKind.TRANSIT: "The pair left for its buyer, but nobody has confirmed the delivery.",
    DeadlineKind.COMPLAINT: "The buyer complained, and no admin has decided the complaint.",
    DeadlineKind.COMPLAINT_RETURN: "The buyer must send the pair back, but it has not arrived.",
    DeadlineKind.FREEZE: "The payout would be due but is frozen.",
    DeadlineKind.PAYOUT_ANSWER: "The payout is due, but the seller does not have the money.",
    DeadlineKind.REFUND: "The refund is due, but the buyer does not have the money.",
}
assert _NOTES.keys() == ALARMS.keys()
_UNPAID = "The order is frozen before it is paid. An admin must cancel it."
_MONTH = timedelta(days=30)
_NEVER_KNOWN = (
    "The order was matched a month ago and has ended, but the provider has not said whether it "
    "charged the buyer. solebook asks again once a month and refunds a charge."
)


def again_after(order: Order, kind: DeadlineKind, now: datetime, interval: timedelta) -> timedelta:
    """Return how long to wait before an overdue deadline is checked again.

    A charge may stay pending forever, so after a month the provider is asked once a month.
    """
    return _MONTH if _is_uncertain(order, kind) and _is_old(order, now) else interval


def alarm_of(order: Order, kind: DeadlineKind, now: datetime) -> AlarmRaised | None:
    """Return the alarm that an overdue deadline of the order raises, or None.

    A freeze raises an alarm once the payout would be due; a frozen payout is not overdue. An order
    that is frozen before it is paid cannot continue because the provider charged a wrong amount.
    If it is unknown whether there is anything to refund, no refund is overdue for a month.
    """
    is_due = order.payout_status in (PayoutStatus.HELD, PayoutStatus.FAILED)
    if kind is DeadlineKind.FREEZE and order.status is OrderStatus.PENDING:
        return AlarmRaised(ALARMS[kind], order.id, _UNPAID)
    if kind is DeadlineKind.FREEZE and not is_due:
        return None
    if kind is DeadlineKind.PAYOUT_ANSWER and order.freezes:
        return None
    note = _NOTES[kind]
    if _is_uncertain(order, kind):
        if not _is_old(order, now):
            return None
        note = _NEVER_KNOWN
    return AlarmRaised(ALARMS[kind], order.id, note)


def _is_uncertain(order: Order, kind: DeadlineKind) -> bool:
    """Return whether it is unknown if there is anything to refund."""
    return kind is DeadlineKind.REFUND and order.payment_status is PaymentStatus.UNKNOWN


def _is_old(order: Order, now: datetime) -> bool:
    return now >= order.matched_at + _MONTH
