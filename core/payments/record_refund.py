"""The provider has refunded a buyer: that is recorded."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.language.complaints import Bearer
from ...ports.language.events import PaymentRefundDue, PaymentRefunded, PaymentRefundedUnasked
from ...ports.language.ids import OrderId
from ...ports.language.money import Cents
from ...ports.language.orders import Order, PaymentStatus
from ...ports.language.payments import GatewayEvent, Payment, RefundMade
from ...ports.outbox import Outbox
from ...ports.payments import Ledger, Payments
from ...ports.transaction import Transaction
from .irregularities import Irregularities, dollars
from .lock_trade import LockTrade, Trade
from .refunds import borne_id, is_share, refund_amount, refunded
from .set_off import SetOff
from .transfers import debt, refunded_unasked, taken_back, unasked_refund_id


@dataclass(frozen=True, slots=True)
class RecordRefund:
    """Keeps a refund, its transfer and the news of it together, whoever brings the answer.

    A refund is the one that was asked for, or it was made unasked: then it is booked from the
    escrow, and raises an alarm. Each is booked once, by the provider's name. More than is left of
    the charge is not booked: the provider cannot have made it.

    Who bears a refund that was asked for stands on the order. A payout of the order that the
    provider refused is not paid any more, unless the exchange bears the refund.
    """

    transaction: Transaction
    lock_trade: LockTrade
    payments: Payments
    ledger: Ledger
    set_off: SetOff
    irregularities: Irregularities
    outbox: Outbox
    clock: Clock

    async def prepare(self, order_id: OrderId) -> Payment | None:
        """Write down what the provider is to refund; None if nothing is due, or left to refund.

        What it was asked for already, and has not answered, stays what it is asked for.
        """
        async with self.transaction():
            trade, payment = await self._locked(order_id)
            if payment.status is not PaymentStatus.REFUND_DUE:
                return None
            if payment.refund_asked == 0:
                back = refund_amount(trade.order, payment)
                if back == 0:
                    await self._complete(trade, payment, 0)
                    return None
                payment = replace(payment, refund_asked=back)
                await self.payments.save(payment)
            return payment

    async def answer(self, order_id: OrderId, made: RefundMade) -> None:
        """The provider answered: it has made the refund that it was asked for."""
        async with self.transaction():
            trade, payment = await self._locked(order_id)
            if payment.refund_id == made.id:
                return
            is_known = await self.ledger.find(unasked_refund_id(order_id, made.id)) is not None
            if payment.status is PaymentStatus.REFUND_DUE:
                await self._answered(trade, payment, made, is_known=is_known)
            elif payment.refund_id is None and payment.refund_report is not None:
                await self.payments.save(replace(payment, refund_id=made.id))
            elif not is_known:
                # What was taken for it was another one.
                payment = replace(payment, refund_id=made.id)
                await self._unasked(payment, made.id, made.amount)

    async def _answered(
        self, trade: Trade, payment: Payment, made: RefundMade, *, is_known: bool
    ) -> None:
        payment = replace(payment, refund_id=made.id)
        if is_known:
            # It was told of before, and not recognised; only the rest is left to be asked for.
            await self._ask_again(payment)
        elif made.amount == payment.refund_asked:
            await self._complete(trade, payment, made.amount)
        else:
            payment = await self._unasked(payment, made.id, made.amount)
            await self._ask_again(payment)

    async def decline(self, asked: Payment, reason: str) -> bool:
        """The provider will not refund this much. Return whether less is to be asked for now."""
        async with self.transaction():
            payment = await self.payments.find(asked.order_id)
            assert payment is not None, asked
            if _question(payment) != _question(asked):
                return False
            what = f"The provider declined to refund {dollars(asked.refund_asked)}: {reason}."
            await self.irregularities.note(payment.order_id, what)
            await self.payments.save(
                replace(payment, refund_asked=0, refund_declines=payment.refund_declines + 1)
            )
            return payment.refunded != asked.refunded

    async def report(self, order_id: OrderId, event: GatewayEvent) -> None:
        """A webhook told of a refund: the one that was asked for, or another one."""
        async with self.transaction():
            trade, payment = await self._locked(order_id)
            if await self._is_told(payment, event):
                return
            if _is_awaited(payment, event):
                told = replace(
                    payment,
                    refund_id=event.reference,
                    refund_report=None if event.reference else event.id,
                )
                await self._complete(trade, told, event.amount)
            else:
                await self._unasked(payment, event.name, event.amount)

    async def _is_told(self, payment: Payment, event: GatewayEvent) -> bool:
        """Return whether the refund is known; a nameless report of the known one is noted."""
        if event.name in (payment.refund_id, payment.refund_report):
            return True
        if await self.ledger.find(unasked_refund_id(payment.order_id, event.name)) is not None:
            return True
        if not _is_first_report(payment, event):
            return False
        report = None if event.reference else event.id
        refund_id = payment.refund_id or event.reference
        await self.payments.save(replace(payment, refund_id=refund_id, refund_report=report))
        return True

    async def _unasked(self, payment: Payment, name: str, amount: Cents) -> Payment:
        """Book as much of it as is left of the charge, and have somebody look at it."""
        order_id, booked = payment.order_id, min(amount, payment.left)
        what = f"The provider refunded {dollars(amount)} that it was not asked for: {name}."
        if booked < amount:
            what += f" Only {dollars(booked)} was left of the charge, and no more is booked."
        if booked:
            payment = replace(payment, refunded=payment.refunded + booked)
            now = self.clock.now()
            await self.ledger.post(refunded_unasked(order_id, name, booked, now))
            await self.outbox.add(PaymentRefundedUnasked(order_id, booked))
        await self.payments.save(payment)
        if payment.status is PaymentStatus.REFUND_DUE and payment.refund_asked == 0:
            await self.outbox.add(PaymentRefundDue(order_id))
        await self.irregularities.note(order_id, what)
        return payment

    async def _ask_again(self, payment: Payment) -> None:
        """Have the rest refunded, by a question of its own."""
        declines = payment.refund_declines + 1
        await self.payments.save(replace(payment, refund_asked=0, refund_declines=declines))
        await self.outbox.add(PaymentRefundDue(payment.order_id))

    async def _complete(self, trade: Trade, payment: Payment, made: Cents) -> None:
        """The buyer has got back what was due.

        If a report of another refund cannot have been true, since more is gone than there was,
        nothing is booked twice.
        """
        back = min(made, payment.left)
        if back < made:
            what = f"The provider refunded {dollars(made)}, and only {dollars(back)} was left."
            await self.irregularities.note(payment.order_id, what)
        order, payout = trade.order, trade.payout
        transfer = refunded(order, payment, payout, back, self.clock.now())
        if transfer is not None:
            await self.ledger.post(transfer)
        await self._undo_shortfalls(order)
        done = replace(payment, status=PaymentStatus.REFUNDED, refunded=payment.refunded + back)
        await self.payments.save(done)
        if payout is not None and is_share(order) and order.borne_by is not Bearer.EXCHANGE:
            await self.set_off(payout)
        await self.outbox.add(PaymentRefunded(order.id, back))

    async def _undo_shortfalls(self, order: Order) -> None:
        """Whoever bore a part that went back unasked does not bear it any more.

        Who has paid for it by now has that to their credit, and somebody has to pay it back.
        """
        number, now = 1, self.clock.now()
        while (transfer := await self.ledger.find(borne_id(order, number))) is not None:
            await self.ledger.post(taken_back(transfer, now))
            number += 1
        parties = (order.buyer_id, order.seller_id) if number > 1 else ()
        credits_ = await self.ledger.lock(*map(debt, parties))
        for user_id, credit in zip(parties, credits_, strict=True):
            if credit > 0:
                what = f"The user {user_id} bore a part of this refund, and has paid for it:"
                await self.irregularities.note(
                    order.id, f"{what} {dollars(credit)} are to be paid back to them."
                )

    async def _locked(self, order_id: OrderId) -> tuple[Trade, Payment]:
        trade = await self.lock_trade(order_id)
        assert trade.payment is not None, order_id
        return trade, trade.payment


def _is_awaited(payment: Payment, event: GatewayEvent) -> bool:
    """Whether the provider was asked for exactly this, and its answer is not known."""
    is_due = payment.status is PaymentStatus.REFUND_DUE
    return is_due and payment.refund_asked == event.amount


def _is_first_report(payment: Payment, event: GatewayEvent) -> bool:
    """Whether it tells of the refund that was asked for, and by no name that is known.

    A provider without names for refunds reports by the event alone what it answered before. What
    was refunded before names were kept has none either.
    """
    if payment.status is not PaymentStatus.REFUNDED or payment.refund_asked != event.amount:
        return False
    has_name = payment.refund_id is not None or payment.refund_report is not None
    if event.reference is not None:
        return not has_name
    return payment.refund_report is None


def _question(payment: Payment) -> tuple[Cents, int]:
    return payment.refund_asked, payment.refund_declines
