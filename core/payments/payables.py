"""What is owed to sellers: the provider is asked to pay it, and what it answers is recorded."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.language.complaints import Bearer
from ...ports.language.errors import PayoutDeclined, Unavailable
from ...ports.language.events import PayoutPaid, PayoutWasRefused
from ...ports.language.ids import OrderId
from ...ports.language.orders import PaymentStatus
from ...ports.language.payments import Payout, PayoutState
from ...ports.orders import Orders
from ...ports.outbox import Outbox
from ...ports.payment_gateway import PaymentGateway
from ...ports.payments import Ledger, Payments, Payouts
from ...ports.transaction import Transaction
from .refunds import set_off
from .transfers import paid_out


@dataclass(frozen=True, slots=True)
class Payables:
    """Keeps a payout, its transfer and the news of it together, whoever brings the answer."""

    transaction: Transaction
    orders: Orders
    payments: Payments
    payouts: Payouts
    ledger: Ledger
    gateway: PaymentGateway
    outbox: Outbox
    clock: Clock

    async def ask(self, payout: Payout) -> None:
        """Have the provider pay what is due, once however often it is asked. Raises Unavailable."""
        if payout.amount == 0:
            await self.pay(payout.order_id)
            return
        if payout.account is None:
            await self.refuse(payout, "no payout account on file")
            return
        try:
            await self.gateway.pay_out(
                key=_key(payout),
                order_id=payout.order_id,
                account=payout.account,
                amount=payout.amount,
            )
        except PayoutDeclined as declined:
            await self.refuse(payout, declined.reason)
        else:
            await self.pay(payout.order_id)

    async def pay(self, order_id: OrderId) -> None:
        """The seller has the money."""
        async with self.transaction():
            payout = await self._known(order_id)
            if payout.state is PayoutState.PAID:
                return
            now = self.clock.now()
            await self.payouts.put(
                replace(payout, state=PayoutState.PAID, paid_at=now, reason=None)
            )
            if payout.amount:
                await self.ledger.post(paid_out(order_id, payout.seller_id, payout.amount, now))
            await self.outbox.add(
                PayoutPaid(order_id, payout.seller_id, payout.amount, payout.debt_settled)
            )

    async def refuse(self, asked: Payout, reason: str) -> None:
        """The provider will not pay the account; the money stays owed to the seller.

        What was asked since is another question: it may be paid, and must not be asked twice.
        """
        async with self.transaction():
            payout = await self._known(asked.order_id)
            if payout.state is PayoutState.DUE and _key(payout) == _key(asked):
                refused = replace(
                    payout,
                    state=PayoutState.REFUSED,
                    reason=reason,
                    refusals=payout.refusals + 1,
                )
                await self.payouts.put(refused)
                if await self._is_reclaimed(payout.order_id):
                    await self.set_off(payout.order_id)
                else:
                    await self.outbox.add(
                        PayoutWasRefused(payout.order_id, payout.seller_id, payout.amount, reason)
                    )

    async def set_off(self, order_id: OrderId) -> None:
        """A refused payout is not paid any more, since its buyer was refunded.

        What is owed to the seller settles what the seller owes for the refund.
        """
        async with self.transaction():
            payout = await self._known(order_id)
            if payout.state is PayoutState.REFUSED:
                await self.payouts.put(replace(payout, state=PayoutState.CANCELLED))
                if payout.amount:
                    await self.ledger.post(set_off(payout, self.clock.now()))

    async def _is_reclaimed(self, order_id: OrderId) -> bool:
        order = await self.orders.get(order_id)
        payment = await self.payments.find(order_id)
        refunded = payment is not None and payment.status is PaymentStatus.REFUNDED
        return refunded and order.borne_by in (Bearer.BUYER, Bearer.SELLER)

    async def _known(self, order_id: OrderId) -> Payout:
        payout = await self.payouts.find(order_id)
        if payout is None:
            raise Unavailable(what=f"the payout of order {order_id}")
        return payout


def taken_up(payout: Payout, account: str) -> Payout:
    """Return a refused payout that is to be asked for again, to this account."""
    return replace(payout, state=PayoutState.DUE, account=account, reason=None)


def _key(payout: Payout) -> str:
    """The provider repeats its answer to a key, so the question after a refusal has another."""
    key = f"{payout.order_id}:payout:{payout.account}"
    return f"{key}:{payout.refusals}" if payout.refusals else key
