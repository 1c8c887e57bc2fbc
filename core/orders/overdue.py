"""What an admin is told when something has waited too long: time alone decides nothing here."""

from datetime import datetime, timedelta

from ...ports.language.alarms import ALARMS
from ...ports.language.deadlines import DeadlineKind
from ...ports.language.events import AlarmRaised
from ...ports.language.orders import Order, OrderStatus, PaymentStatus, PayoutStatus

_NOTES: dict[DeadlineKind, str] = {
    DeadlineKind.CLAIM: "The warehouse received the pair, and nobody has taken its review on.",
    DeadlineKind.REVIEW: "The pair is in review, and there is no verdict.",
    DeadlineKind.DISPATCH: "The pair passed authentication, and has not left for its buyer.",
    DeadlineKind.RETURN: "The pair is due back, and has not left the warehouse.",
    DeadlineKind.TRANSIT: "The pair left for its buyer, and nobody says that it arrived.",
    DeadlineKind.COMPLAINT: "The buyer complained, and nobody has decided on it.",
    DeadlineKind.COMPLAINT_RETURN: "The buyer is to send the pair back, and it has not arrived.",
    DeadlineKind.FREEZE: "The payout would be due, and is frozen.",
    DeadlineKind.PAYOUT_ANSWER: "The payout is due, and the seller does not have the money.",
    DeadlineKind.REFUND: "The refund is due, and the buyer does not have the money.",
}
assert _NOTES.keys() == ALARMS.keys()
_UNPAID = "The order is frozen and not paid: it waits for an admin, who cancels it."
_MONTH = timedelta(days=30)
_NEVER_KNOWN = (
    "The order ended a month ago, and the provider does not say whether it charged the buyer. It "
    "is asked again once a month, and a charge is refunded."
)


def again_after(order: Order, kind: DeadlineKind, now: datetime, interval: timedelta) -> timedelta:
    """Return after how long an overdue deadline of the order is looked at again.

    A charge may stay pending for ever: after a month the provider is asked about it once a month.
    """
    return _MONTH if _is_uncertain(order, kind) and _is_old(order, now) else interval


def alarm_of(order: Order, kind: DeadlineKind, now: datetime) -> AlarmRaised | None:
    """Return the alarm that an overdue deadline of the order raises; None if it rests.

    A frozen payout matters once it would be due, and one that is frozen is not overdue. An order
    that is frozen before it is paid comes no further: the charge is not the one that was asked for.
    Where nobody knows whether there is anything to refund, no refund is overdue for a month.
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
    """Return whether nobody knows if there is anything to refund."""
    return kind is DeadlineKind.REFUND and order.payment_status is PaymentStatus.UNKNOWN


def _is_old(order: Order, now: datetime) -> bool:
    return now >= order.matched_at + _MONTH
