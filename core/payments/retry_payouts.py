"""A seller's refused payouts are tried again."""

from dataclasses import dataclass

from ...ports.language.errors import Unavailable
from ...ports.language.events import PayoutAccountChanged
from ...ports.language.ids import OrderId
from ...ports.language.payments import Payout, PayoutState
from ...ports.orders import Orders
from ...ports.payments import Payouts
from ...ports.transaction import Transaction
from ...ports.users import PaymentAccounts
from .payables import Payables
from .payout_questions import taken_up


@dataclass(frozen=True, slots=True)
class RetryPayouts:
    """A seller who names an account is paid what could not be paid to the one before.

    It may be the same account, now that whatever was wrong with it is mended.

    The account is frozen on the payout before the provider is asked, and never changed while its
    answer is not known: whichever account comes next, nobody is paid twice. An account that was
    replaced by now is only asked for the answer that it owes. A payout that is frozen stays
    refused; it falls due again when the last freeze is lifted.
    """

    transaction: Transaction
    orders: Orders
    payouts: Payouts
    payment_accounts: PaymentAccounts
    payables: Payables

    async def __call__(self, event: PayoutAccountChanged) -> None:
        """Pay them, or find that it was done. Raises Unavailable: try again.

        It does so too while the answer of the account before is awaited, which may be a refusal.
        """
        is_current = event.account == await self.payment_accounts.payout_account(event.user_id)
        is_awaited = False
        for unpaid in await self.payouts.unpaid(event.user_id):
            payout = await self._take_up(unpaid.order_id, event.account if is_current else None)
            if payout.state is not PayoutState.DUE:
                continue
            if payout.account == event.account:
                await self.payables.ask(payout)
            else:
                is_awaited = is_current
        if is_awaited:
            raise Unavailable(what="the answer of another payout account")

    async def _take_up(self, order_id: OrderId, account: str | None) -> Payout:
        """Return the payout, now due to the account if it was refused and nothing stops it."""
        async with self.transaction():
            order = await self.orders.get(order_id)
            payout = await self.payouts.find(order_id)
            assert payout is not None, order_id
            refused = payout.state is PayoutState.REFUSED
            if refused and account is not None and not order.payout_is_stopped:
                payout = taken_up(payout, account)
                await self.payouts.save(payout)
            return payout
