"""Records refunds that the provider made."""

from dataclasses import dataclass, replace

from ....ports.clock import Clock
from ....ports.disputes import Disputes
from ....ports.language.complaints import Bearer
from ....ports.language.events import PaymentRefundDue, PaymentRefunded, PaymentRefundedUnasked
from ....ports.language.ids import OrderId
from ....ports.language.money import Cents
from ....ports.language.orders import PaymentStatus
from ....ports.language.payments import Payment, RefundMade, Webhook
from ....ports.outbox import Outbox
from ....ports.payments import Ledger, Payments
from ....ports.transaction import Transaction
from ..irregularities import Irregularities
from ..lock_trade import LockTrade, Trade
from ..suspense import suspended_refund_id
from ..transfers import (
    refund_failed_id,
    refunded_again,
    refunded_unasked,
    rest_id,
    rest_of,
    to_world,
    unasked_refund_id,
)
from .beyond_charge import BeyondCharge
from .booked_refund import booked_refund
from .kept_rest import keeper, rest_of_escrow
from .refund_still_due import refund_still_due
from .refund_transfers import MOST_REFUNDS, is_share, refunded
from .reverse_shortfalls import ReverseShortfalls
from .set_off import SetOff


@dataclass(frozen=True, slots=True)
class RecordRefund:
    """Commits a refund, its transfer and its events together, for answers and webhooks alike.

    A refund that is not the requested one is unasked: it is booked from the escrow and raises an
    alarm. Each refund is booked once, by the provider's name. No more is booked than is left of the
    charge, because the provider cannot have refunded more, unless a bank took some of it
    (`BeyondCharge`).

    The order says who bears a requested refund. A payout of the order that the provider refused is
    set off, unless the exchange bears the refund.
    """

    transaction: Transaction
    lock_trade: LockTrade
    payments: Payments
    disputes: Disputes
    ledger: Ledger
    set_off: SetOff
    reverse_shortfalls: ReverseShortfalls
    beyond_charge: BeyondCharge
    irregularities: Irregularities
    outbox: Outbox
    clock: Clock

    async def prepare(self, order_id: OrderId) -> Payment | None:
        """Store the amount to request and return the payment, or None if nothing is due or left.

        If a request is unanswered, its amount stays the same. While the buyer's bank disputes the
        charge, no other request begins: the bank may give the buyer the money.
        """
        async with self.transaction():
            trade, payment = await self._locked(order_id)
            if payment.status is not PaymentStatus.REFUND_DUE:
                return None
            if payment.refund_asked == 0:
                if any(d.status.takes_money for d in await self.disputes.of_order(order_id)):
                    return None  # the provider would decline it; see RecordDispute
                back = await refund_still_due(self.ledger, trade.order, payment)
                if back == 0:
                    await self._complete(trade, payment, 0, f"nothing-{payment.refund_declines}")
                    return None
                if await self._is_for_an_admin(payment):
                    return None
                payment = replace(payment, refund_asked=back)
                await self.payments.save(payment)
            return payment

    async def _is_for_an_admin(self, payment: Payment) -> bool:
        """Return whether so many refunds have failed that another one would be pointless."""
        if payment.refund_declines < MOST_REFUNDS:
            return False
        return await self.ledger.find(f"{payment.order_id}:refund") is not None

    async def answer(self, order_id: OrderId, made: RefundMade) -> None:
        """Record the provider's answer: it made a refund."""
        async with self.transaction():
            trade, payment = await self._locked(order_id)
            if payment.refund_id == made.id or await self._has_failed(order_id, made.id):
                return
            is_known = await self.ledger.find(unasked_refund_id(order_id, made.id)) is not None
            if payment.status is PaymentStatus.REFUND_DUE:
                await self._answered(trade, payment, made, is_known=is_known)
            elif payment.refund_id is None and payment.refund_report is not None:
                await self.payments.save(replace(payment, refund_id=made.id))
            elif not is_known:
                # The refund recorded as the requested one was another one.
                await self._unasked(payment, made.id, made.amount)

    async def _answered(
        self, trade: Trade, payment: Payment, made: RefundMade, *, is_known: bool
    ) -> None:
        if is_known:
            # A webhook booked this refund as unasked. Only the rest must still be requested.
            await self._ask_again(payment)
        elif made.amount == payment.refund_asked and await self._is_all(trade, payment):
            payment = replace(payment, refund_id=await self._name_to_keep(payment, made.id))
            await self._complete(trade, payment, made.amount, made.id)
        else:
            payment = await self._unasked(payment, made.id, made.amount)
            await self._ask_again(payment)

    async def _name_to_keep(self, payment: Payment, name: str | None) -> str | None:
        """Return the name that the payment keeps when the requested refund of this name is booked.

        The transfer of the first requested refund has no name, so it is known by that of the
        payment. Another name replaces it only after a failure, and only if there is anything to
        book of the refund: then its transfer has the name.
        """
        first = payment.refund_id
        if first is None or await self.ledger.find(f"{payment.order_id}:refund") is None:
            return name
        has_failed = await self._has_failed(payment.order_id, first)
        return name if has_failed and payment.left else first

    async def _is_all(self, trade: Trade, payment: Payment) -> bool:
        """Return whether nothing is due but what was requested.

        More is due if an unasked refund has failed since.
        """
        due = await refund_still_due(self.ledger, trade.order, payment)
        return due <= payment.refund_asked

    async def decline(self, asked: Payment, reason: str) -> bool:
        """Record that the provider declined this amount. Return whether to request less now."""
        async with self.transaction():
            payment = await self.payments.find(asked.order_id)
            assert payment is not None, asked
            if _question(payment) != _question(asked):
                return False
            amount = self.irregularities.amount(asked.refund_asked)
            what = f"The provider declined to refund {amount}: {reason}."
            await self.irregularities.note(payment.order_id, what)
            await self.payments.save(
                replace(payment, refund_asked=0, refund_declines=payment.refund_declines + 1)
            )
            return payment.refunded != asked.refunded

    async def report(self, order_id: OrderId, event: Webhook, *, has_failed: bool = False) -> None:
        """Record a webhook about a refund: the requested one, or another one.

        Another one that has failed by now is no news.
        """
        async with self.transaction():
            trade, payment = await self._locked(order_id)
            if await self._is_already_booked(payment, event, has_failed=has_failed):
                return
            if _is_awaited(payment, event) and await self._is_all(trade, payment):
                told = replace(
                    payment,
                    refund_id=await self._name_to_keep(payment, event.reference),
                    refund_report=None if event.reference else event.id,
                )
                await self._complete(trade, told, event.amount, event.name)
            elif not has_failed:
                await self._unasked(payment, event.name, event.amount)

    async def _is_already_booked(
        self, payment: Payment, event: Webhook, *, has_failed: bool
    ) -> bool:
        """Return whether the reported refund is already booked. Book its rest if it has not failed.

        The first report of the requested refund is stored on the payment.
        """
        if event.name == payment.refund_report:
            return True
        if await self._has_failed(payment.order_id, event.name):
            return True
        booked = await booked_refund(self.ledger, payment, event.name)
        beyond = await self.beyond_charge.booked(payment.order_id, event.name)
        rest = await self.ledger.find(rest_id(payment.order_id, event.name, 1))
        if booked or beyond or rest or event.name == payment.refund_id:
            if not has_failed:
                known = beyond + (0 if booked is None else to_world(booked))
                await self._book_rest(payment, event, known)
            return True
        in_suspense = suspended_refund_id(str(payment.charge_id), event.name)
        if await self.ledger.find(in_suspense) is not None:
            return True  # it was booked before its charge was
        if not _is_first_report(payment, event):
            return False
        report = None if event.reference else event.id
        refund_id = payment.refund_id or event.reference
        await self.payments.save(replace(payment, refund_id=refund_id, refund_report=report))
        return True

    async def _book_rest(self, payment: Payment, event: Webhook, booked: Cents) -> None:
        """Book the rest of a refund that was more than was left of the charge by then.

        There is more left if another refund has failed.
        """
        order_id, number = payment.order_id, 1
        while (part := await self.ledger.find(rest_id(order_id, event.name, number))) is not None:
            booked, number = booked + to_world(part), number + 1
        rest = min(event.amount - booked, payment.left)
        if rest <= 0:
            return
        name = rest_of(event.name, number)
        await self.ledger.append(refunded_unasked(order_id, name, rest, self.clock.now()))
        await self.payments.save(replace(payment, refunded=payment.refunded + rest))
        await self.outbox.add(PaymentRefundedUnasked(order_id, rest))
        if payment.status is PaymentStatus.REFUND_DUE and payment.refund_asked == 0:
            await self.outbox.add(PaymentRefundDue(order_id))

    async def _has_failed(self, order_id: OrderId, name: str) -> bool:
        """Return whether a refund is booked, and booked as failed too."""
        return await self.ledger.find(refund_failed_id(order_id, name)) is not None

    async def _unasked(self, payment: Payment, name: str, amount: Cents) -> Payment:
        """Book an unasked refund, up to what is left of the charge, and raise an alarm."""
        order_id, booked = payment.order_id, min(amount, payment.left)
        what = (
            f"The provider made an unasked refund of {self.irregularities.amount(amount)}: {name}."
        )
        what += await self._beyond(payment, name, amount, booked)
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

    async def _beyond(self, payment: Payment, name: str, amount: Cents, booked: Cents) -> str:
        """Book what was refunded beyond what is left of the charge, and return a note of it."""
        if booked == amount:
            return ""
        left = self.irregularities.amount(booked)
        beyond = await self.beyond_charge.book(payment.order_id, name, amount - booked)
        if beyond == 0:
            return f" Only {left} was left of the charge, so no more is booked."
        loss = self.irregularities.amount(beyond)
        return f" Only {left} was left of the charge; {loss} of what a bank took is a loss."

    async def _ask_again(self, payment: Payment) -> None:
        """Request the rest of the refund, under a new key."""
        declines = payment.refund_declines + 1
        await self.payments.save(replace(payment, refund_asked=0, refund_declines=declines))
        await self.outbox.add(PaymentRefundDue(payment.order_id))

    async def _complete(self, trade: Trade, payment: Payment, made: Cents, name: str) -> None:
        """Record that the buyer has been refunded by the refund of this name.

        Book no more than is left of the charge. An earlier report of an unasked refund may have
        been wrong.
        """
        back = min(made, payment.left)
        if back < made:
            what = f"The provider refunded {self.irregularities.amount(made)}."
            what += await self._beyond(payment, name, made, back)
            await self.irregularities.note(payment.order_id, what)
        order, payout = trade.order, trade.payout
        transfer = refunded(order, payment, payout, back, self.clock.now())
        if transfer is not None and not await self.ledger.post(transfer):
            await self._book_again(trade, name, back)
        disputes = await self.disputes.of_order(order.id)
        await self.reverse_shortfalls.all_of(order, [dispute.name for dispute in disputes])
        done = replace(payment, status=PaymentStatus.REFUNDED, refunded=payment.refunded + back)
        await self.payments.save(done)
        if payout is not None and is_share(order) and order.borne_by is not Bearer.EXCHANGE:
            await self.set_off(payout)
        await self.outbox.add(PaymentRefunded(order.id, back))

    async def _book_again(self, trade: Trade, name: str, back: Cents) -> None:
        """Book another refund after one that failed, whose money is in the escrow."""
        order, held = trade.order, await rest_of_escrow(self.ledger, trade)
        if back or held:
            to, now = keeper(order), self.clock.now()
            await self.ledger.append(refunded_again(order.id, name, back, held - back, to, now))

    async def _locked(self, order_id: OrderId) -> tuple[Trade, Payment]:
        trade = await self.lock_trade(order_id)
        assert trade.payment is not None, order_id
        return trade, trade.payment


def _is_awaited(payment: Payment, event: Webhook) -> bool:
    """Whether the provider was asked for this amount and has not answered."""
    is_due = payment.status is PaymentStatus.REFUND_DUE
    return is_due and payment.refund_asked == event.amount


def _is_first_report(payment: Payment, event: Webhook) -> bool:
    """Whether the event is the first report of the refund that was requested and is booked.

    A provider without names for refunds reports them by the event's id only. Refunds from before
    names were stored have no name either.
    """
    if payment.status is not PaymentStatus.REFUNDED or payment.refund_asked != event.amount:
        return False
    has_name = payment.refund_id is not None or payment.refund_report is not None
    if event.reference is not None:
        return not has_name
    return payment.refund_report is None


def _question(payment: Payment) -> tuple[Cents, int]:
    return payment.refund_asked, payment.refund_declines
