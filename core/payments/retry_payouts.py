"""A seller's refused payouts are tried again."""

from dataclasses import dataclass, replace

from ...ports.language.events import PayoutAccountChanged
from ...ports.language.ids import OrderId
from ...ports.language.payments import Payout, PayoutState
from ...ports.payments import Payouts
from ...ports.transaction import Transaction
from .payables import Payables


@dataclass(frozen=True, slots=True)
class RetryPayouts:
    """A seller who names an account is paid what could not be paid to the one before.

    The account is frozen on the payout before the provider is asked, and never changed while its
    answer is not known: whichever account comes next, nobody is paid twice.
    """

    transaction: Transaction
    payouts: Payouts
    payables: Payables

    async def __call__(self, event: PayoutAccountChanged) -> None:
        """Pay them, or find that it was done. Raises Unavailable: try again."""
        for unpaid in await self.payouts.unpaid(event.user_id):
            payout = await self._take_up(unpaid.order_id, event.account)
            if payout is not None:
                await self.payables.ask(payout)

    async def _take_up(self, order_id: OrderId, account: str) -> Payout | None:
        """Return the payout, now due to this account; None if it is paid, or due to another."""
        async with self.transaction():
            payout = await self.payouts.find(order_id)
            assert payout is not None, order_id
            if payout.state is PayoutState.REFUSED:
                due = replace(payout, state=PayoutState.DUE, account=account, reason=None)
                await self.payouts.put(due)
                return due
            is_due_to_it = payout.state is PayoutState.DUE and payout.account == account
            return payout if is_due_to_it else None
