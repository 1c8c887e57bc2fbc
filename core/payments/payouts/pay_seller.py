"""Pay the seller."""

from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.language.events import PayoutDue
from ....ports.language.payments import Payout, PayoutState
from ....ports.orders import Orders
from ....ports.payments import Ledger, Payouts
from ....ports.seller_accounts import SellerAccounts
from ....ports.transaction import Transaction
from ....ports.users import PaymentAccounts
from ..irregularities import Irregularities
from ..patience import Patience
from ..transfers import debt, escrow, settled
from .payables import Payables
from .payout_questions import taken_up


@dataclass(frozen=True, slots=True)
class PaySeller:
    """Settles the escrow and pays the seller when the hold is over.

    Fees are deducted first, then the seller's debt, as far as the payout covers it. The split is
    committed before the provider is asked. The same transaction checks that nothing stops the
    payout and that the escrow is complete. The idempotency key is derived from the order and the
    account, so a crash or a retry cannot pay twice. A refused payout is requested again if the
    seller has changed the account since, or if the provider says that the account can be paid now.
    """

    transaction: Transaction
    orders: Orders
    payouts: Payouts
    payment_accounts: PaymentAccounts
    ledger: Ledger
    payables: Payables
    irregularities: Irregularities
    seller_accounts: SellerAccounts
    patience: Patience
    clock: Clock

    async def __call__(self, due: PayoutDue) -> None:
        """Pay the seller unless that is done or stopped. Raises Unavailable, after which retry."""
        payout = await self._begin(due)
        if payout is not None and await self._can_be_paid_again(payout):
            payout = await self._begin(due, again=True)
        if payout is not None and payout.state is PayoutState.DUE:
            await self.payables.ask(payout)

    async def _can_be_paid_again(self, payout: Payout) -> bool:
        """Return whether a payout was refused and the cause is gone, of which nobody told."""
        if payout.state is not PayoutState.REFUSED or payout.account is None:
            return False
        found = await self.patience.wait_for(self.seller_accounts.find(payout.account))
        return found is not None and found.can_receive

    async def _begin(self, due: PayoutDue, *, again: bool = False) -> Payout | None:
        """Return the payout to request, or None if it is stopped.

        With `again`, a refused one is requested again from the same account.
        """
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
            if account is not None and (again or account != payout.account):
                payout = taken_up(payout, account)
                await self.payouts.save(payout)
            return payout

    async def _share_out(self, due: PayoutDue, account: str | None) -> Payout | None:
        """Settle the escrow and return the payout. If the escrow is short, alarm; return None."""
        held, owned = await self.ledger.lock(escrow(due.order_id), debt(due.seller_id))
        total = due.price + due.shipping_fee
        if held != total:
            there, full = map(self.irregularities.amount, (held, total))
            what = f"The escrow holds {there} of {full}: who bears the rest?"
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
