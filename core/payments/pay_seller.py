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
            if payout is None:
                return await self._share_out(due, account)
            if account is not None and account != payout.account:
                payout = taken_up(payout, account)
                await self.payouts.save(payout)
            return payout

    async def _share_out(self, due: PayoutDue, account: str | None) -> Payout | None:
        """Return the payout; None if the escrow does not hold all of it: somebody must look."""
        held, owned = await self.ledger.lock(escrow(due.order_id), debt(due.seller_id))
        total = due.price + due.shipping_fee
        if held != total:
            what = f"The escrow holds {dollars(held)} of {dollars(total)}: who bears the rest?"
            await self.irregularities.note(due.order_id, what)
            return None
        now = self.clock.now()
        debt_settled = min(max(0, -owned), due.payout)
        await self.ledger.post(settled(due, debt_settled, now))
        payout = Payout(
            order_id=due.order_id,
            seller_id=due.seller_id,
            amount=due.payout - debt_settled,
            debt_settled=debt_settled,
            state=PayoutState.DUE,
            created_at=now,
            account=account,
        )
        return await self.payouts.open_or_lock(payout)
