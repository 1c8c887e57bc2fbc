"""Record what the payment provider says of a dispute."""

from dataclasses import dataclass, replace

from ....ports.alarms import Alarms
from ....ports.clock import Clock
from ....ports.disputes import Disputes
from ....ports.ids import Ids
from ....ports.language.alarms import AlarmKind
from ....ports.language.disputes import Dispute, DisputeStatus, ReportedDispute
from ....ports.language.events import (
    AlarmRaised,
    FreezeRequested,
    PaymentRefundDue,
    ReleaseRequested,
)
from ....ports.language.ids import DisputeId, OrderId
from ....ports.language.orders import FreezeReason, PaymentStatus
from ....ports.outbox import Outbox
from ....ports.payments import Ledger, Payments
from ....ports.transaction import Transaction
from ..irregularities import Irregularities
from ..lock_trade import LockTrade
from .bear_loss import BearLoss, awaits_an_admin
from .dispute_states import is_reminder_due, looked_at_next, opened, told
from .dispute_transfers import moved


@dataclass(frozen=True, slots=True)
class RecordDispute:
    """Stores a dispute's state with its transfers, alarms and freeze, in one transaction.

    While the bank has the money, the order's payout is frozen if it is not paid yet. If the
    exchange wins, the freeze ends. If it loses, see `BearLoss`. A question of the bank moves no
    money and freezes nothing, but admins are told.
    """

    transaction: Transaction
    disputes: Disputes
    payments: Payments
    ledger: Ledger
    lock_trade: LockTrade
    bear_loss: BearLoss
    alarms: Alarms
    irregularities: Irregularities
    outbox: Outbox
    clock: Clock
    ids: Ids

    async def __call__(self, report: ReportedDispute) -> Dispute:
        """Record a report and return the dispute. A report of what is known changes nothing."""
        order_id = await self._order_of(report)
        async with self.transaction():
            new = opened(DisputeId(self.ids.new()), report, order_id)
            before = await self.disputes.open_or_lock(new)
            after = replace(told(before, report), order_id=before.order_id or order_id)
            now = self.clock.now()
            for transfer in moved(before, after, now):
                await self.ledger.append(transfer)  # the dispute is locked
            if after.status is DisputeStatus.LOST and after.outstanding:
                after = await self.bear_loss(after)
            is_known = before.id != new.id and before.order_id == after.order_id
            if not is_known or before.status is not after.status:
                await self._tell(after)
            if is_reminder_due(after, now):
                after = replace(after, reminded_at=now)
                await self._remind(after)
            after = replace(after, look_at=looked_at_next(after, now))
            if after != before:
                await self.disputes.save(after)
            return after

    async def _order_of(self, report: ReportedDispute) -> OrderId | None:
        """Return the order that the charge paid for, or will when its report arrives, or None."""
        order_id = await self.payments.order_of(report.charge_id)
        if order_id is not None or report.order_id is None:
            return order_id
        payment = await self.payments.find(report.order_id)
        is_uncharged = payment is not None and payment.charge_id is None
        return report.order_id if is_uncharged else None

    async def _tell(self, dispute: Dispute) -> None:
        """Raise the alarm of a new state, and freeze or release the payout."""
        await self._alarm(dispute, self._what(dispute))
        order_id = dispute.order_id
        if order_id is None:
            return
        if dispute.status.takes_money:
            what = f"The buyer's bank disputes the charge: {dispute.name}."
            await self.outbox.add(FreezeRequested(order_id, FreezeReason.DISPUTE, what))
        elif dispute.status.is_over:
            await self._end(dispute, order_id)

    async def _end(self, dispute: Dispute, order_id: OrderId) -> None:
        """Let the order go on, unless another dispute still holds it."""
        stored = await self.disputes.of_order(order_id)
        others = [other for other in stored if other.id != dispute.id]
        if any(other.status.takes_money for other in others):
            return
        trade = await self.lock_trade(order_id)
        payment = trade.payment
        if payment is not None and payment.status is PaymentStatus.REFUND_DUE:
            await self.outbox.add(PaymentRefundDue(order_id))
        is_lost = any(each.status is DisputeStatus.LOST for each in (dispute, *others))
        if not (is_lost and awaits_an_admin(trade)):
            note = f"The dispute {dispute.name} is {dispute.status}."
            await self.outbox.add(ReleaseRequested(order_id, FreezeReason.DISPUTE, note))
        if not is_lost and all(other.status.is_over for other in others):
            await self.alarms.close(order_id, [AlarmKind.CHARGE_DISPUTED], self.clock.now())

    def _what(self, dispute: Dispute) -> str | None:
        """Return what an admin must know of a state, or None if nothing."""
        amount = self.irregularities.amount(dispute.amount)
        of = f"{amount} of the charge {dispute.charge_id}"
        due_by = dispute.evidence_due_by
        until = "" if due_by is None else f" Evidence is due by {due_by:%Y-%m-%d %H:%M} UTC."
        match dispute.status:
            case DisputeStatus.INQUIRY_NEEDS_RESPONSE:
                return f"The bank asks about {of} ({dispute.reason}): {dispute.name}.{until}"
            case DisputeStatus.NEEDS_RESPONSE:
                return f"The bank took back {of} ({dispute.reason}): {dispute.name}.{until}"
            case DisputeStatus.LOST:
                return f"The bank decided for the buyer about {of}: {dispute.name}."
            case _:
                return None

    async def _remind(self, dispute: Dispute) -> None:
        assert dispute.evidence_due_by is not None, dispute
        until = f"{dispute.evidence_due_by:%Y-%m-%d %H:%M} UTC"
        what = f"Evidence for the dispute {dispute.name} is due by {until}, and none was submitted."
        await self._alarm(dispute, what)

    async def _alarm(self, dispute: Dispute, what: str | None) -> None:
        if what is not None:
            kind = AlarmKind.CHARGE_DISPUTED
            await self.outbox.add(AlarmRaised(kind, dispute.order_id, what))
