"""Reverse a penalty that was not owed."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.events import PenaltyExcused, PenaltyReversed
from ...ports.language.ids import OrderId, UserId
from ...ports.language.money import Cents
from ...ports.language.payments import AccountKind, Payout, PayoutState
from ...ports.orders import Orders
from ...ports.outbox import Outbox
from ...ports.payments import Ledger, Payouts
from ...ports.transaction import Transaction
from ...ports.users import PaymentAccounts
from .payouts.payables import Payables
from .transfers import debt, losses, penalty_reversed


@dataclass(frozen=True, slots=True)
class ReversePenalty:
    """Cancels what the seller still owes of a penalty, and pays back what payouts settled.

    All debts of a seller are one balance, so any debt is cancelled before anything is paid back;
    the result is the same. A part that was written off goes back to the exchange, because the
    seller never paid it. Idempotent; nothing happens if there was no penalty.
    """

    transaction: Transaction
    orders: Orders
    payouts: Payouts
    payment_accounts: PaymentAccounts
    ledger: Ledger
    payables: Payables
    outbox: Outbox
    clock: Clock

    async def __call__(self, event: PenaltyExcused) -> None:
        """Reverse the penalty once. Raises Unavailable, after which retry."""
        await self._reverse(event)
        payout = await self.payouts.find(event.order_id)
        if payout is not None and payout.state is PayoutState.DUE:
            await self.payables.ask(payout)

    async def _reverse(self, event: PenaltyExcused) -> None:
        async with self.transaction():
            await self.orders.get(event.order_id)  # locks it, so concurrent reversals run once
            penalty = await self._penalty(event.order_id)
            if penalty == 0:
                return
            owned, lost = await self.ledger.lock(debt(event.seller_id), losses(event.seller_id))
            cancelled = min(penalty, max(0, -owned))
            recovered = min(penalty - cancelled, -lost)
            paid_back = penalty - cancelled - recovered
            shares = {
                debt(event.seller_id): cancelled,
                losses(event.seller_id): recovered,
            }
            now = self.clock.now()
            await self.ledger.post(
                penalty_reversed(event.order_id, event.seller_id, shares, paid_back, now)
            )
            if paid_back:
                await self._owe(event.order_id, event.seller_id, paid_back)
            await self.outbox.add(
                PenaltyReversed(event.order_id, event.seller_id, cancelled, paid_back)
            )

    async def _penalty(self, order_id: OrderId) -> Cents:
        """Return the order's penalty in minor units, which is zero after its reversal."""
        entries = await self.ledger.entries(order_id)
        return sum(e.amount for e in entries if e.account.kind is AccountKind.PENALTIES)

    async def _owe(self, order_id: OrderId, seller_id: UserId, amount: Cents) -> None:
        await self.payouts.open_or_lock(
            Payout(
                order_id=order_id,
                seller_id=seller_id,
                amount=amount,
                debt_settled=0,
                state=PayoutState.DUE,
                created_at=self.clock.now(),
                account=await self.payment_accounts.payout_account(seller_id),
            )
        )
