"""Retry a seller's refused payouts."""

from dataclasses import dataclass

from ....ports.language.errors import Unavailable
from ....ports.language.events import PayoutAccountChanged
from ....ports.language.ids import OrderId
from ....ports.language.payments import Payout, PayoutState
from ....ports.orders import Orders
from ....ports.payments import Payouts
from ....ports.transaction import Transaction
from ....ports.users import PaymentAccounts
from .payables import Payables
from .payout_questions import taken_up


@dataclass(frozen=True, slots=True)
class RetryPayouts:
    """Retries the refused payouts of a seller who sets a payout account.

    It may be the same account as before, if its problem is fixed.

    The account is stored on the payout before the provider is asked, and does not change until the
    provider answers, so nobody is paid twice. If the account was replaced meanwhile, only payouts
    already requested to it are retried. A frozen payout stays refused and falls due again when the
    last freeze is lifted.
    """

    transaction: Transaction
    orders: Orders
    payouts: Payouts
    payment_accounts: PaymentAccounts
    payables: Payables

    async def __call__(self, event: PayoutAccountChanged) -> None:
        """Pay the refused payouts. Raises Unavailable, after which retry.

        It also raises Unavailable while a payout to the previous account is unanswered, because the
        answer may be a refusal.
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
        """Return the payout. If it was refused and nothing stops it, it is due to the account."""
        async with self.transaction():
            order = await self.orders.get(order_id)
            payout = await self.payouts.find(order_id)
            assert payout is not None, order_id
            refused = payout.state is PayoutState.REFUSED
            if refused and account is not None and not order.payout_is_stopped:
                payout = taken_up(payout, account)
                await self.payouts.save(payout)
            return payout
