"""What an admin is told when something has waited too long: time alone decides nothing here."""

from ...ports.language.alarms import ALARMS
from ...ports.language.deadlines import DeadlineKind
from ...ports.language.events import AlarmRaised
from ...ports.language.orders import Order, OrderStatus, PayoutStatus

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


def alarm_of(order: Order, kind: DeadlineKind) -> AlarmRaised | None:
    """Return the alarm that an overdue deadline of the order raises; None if it rests.

    A frozen payout matters once it would be due, and one that is frozen is not overdue. An order
    that is frozen before it is paid comes no further: the charge is not the one that was asked for.
    """
    is_due = order.payout_status in (PayoutStatus.HELD, PayoutStatus.FAILED)
    if kind is DeadlineKind.FREEZE and order.status is OrderStatus.PENDING:
        return AlarmRaised(ALARMS[kind], order.id, _UNPAID)
    if kind is DeadlineKind.FREEZE and not is_due:
        return None
    if kind is DeadlineKind.PAYOUT_ANSWER and order.freezes:
        return None
    return AlarmRaised(ALARMS[kind], order.id, _NOTES[kind])
