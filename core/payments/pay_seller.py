"""The seller is paid."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.events import PayoutDue
from ...ports.language.payments import Payout, PayoutState
from ...ports.orders import Orders
from ...ports.payments import Ledger, Payouts
from ...ports.transaction import Transaction
from ...ports.users import PaymentAccounts
from .irregularities import Irregularities, dollars
from .payables import Payables
from .payout_questions import taken_up
from .transfers import debt, escrow, settled


@dataclass(frozen=True, slots=True)
class PaySeller:
    """When the hold after delivery is over, the escrow is shared out and the seller is paid.

    Fees are taken first, then what the seller owes, as far as the payout reaches. The split is
    committed before the provider is asked, in the transaction that sees that nothing stops the
    payout and that the escrow is whole. The question carries a key made of the order and the
    account: a crash and a retry pay once. What was refused is asked again if the seller has named
    another account since.
    """

    transaction: Transaction
    orders: Orders
    payouts: Payouts
    payment_accounts: PaymentAccounts
    ledger: Ledger
    payables: Payables
    irregularities: Irregularities
    clock: Clock

    async def __call__(self, due: PayoutDue) -> None:
        """Pay, or find that it was done or is stopped. Raises Unavailable: try again."""
        payout = await self._begin(due)
        if payout is not None and payout.state is PayoutState.DUE:
            await self.payables.ask(payout)

    async def _begin(self, due: PayoutDue) -> Payout | None:
        """Return the payout to be asked for; None if it is stopped."""
        async with self.transaction():
            order = await self.orders.get(due.order_id)
            payout = await self.payouts.find(due.order_id)
            if payout is not None and payout.state is not PayoutState.REFUSED:
                return payout
            if order.payout_is_stopped:
                return None
            account = await self.payment_accounts.payout_account(due.seller_id)
            if payout is None and not await self._is_whole(due):
                return None
            if payout is None:
                return await self._share_out(due, account)
            if account is not None and account != payout.account:
                payout = taken_up(payout, account)
                await self.payouts.put(payout)
            return payout

    async def _is_whole(self, due: PayoutDue) -> bool:
        """Return whether the escrow holds all that is to be shared out; else somebody must look."""
        held = await self.ledger.balance(escrow(due.order_id))
        total = due.price + due.shipping_fee
        if held != total:
            what = f"The escrow holds {dollars(held)} of {dollars(total)}: who bears the rest?"
            await self.irregularities.note(due.order_id, what)
        return held == total

    async def _share_out(self, due: PayoutDue, account: str | None) -> Payout:
        now = self.clock.now()
        owed = max(0, -await self.ledger.balance(debt(due.seller_id)))
        debt_settled = min(owed, due.payout)
        payout = Payout(
            order_id=due.order_id,
            seller_id=due.seller_id,
            amount=due.payout - debt_settled,
            debt_settled=debt_settled,
            state=PayoutState.DUE,
            created_at=now,
            account=account,
        )
        await self.payouts.put(payout)
        await self.ledger.post(settled(due, debt_settled, now))
        return payout
