"""Requests payouts from the provider and records its answers."""

from dataclasses import dataclass, replace

from ....ports.language.errors import PayoutDeclined
from ....ports.language.events import PayoutRefused
from ....ports.language.payments import Payout, PayoutState
from ....ports.outbox import Outbox
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Payouts
from ....ports.transaction import Transaction
from ..lock_trade import LockTrade
from ..patience import Patience
from ..refunds.set_off import SetOff
from .payout_questions import key_of
from .record_payout import RecordPayout


@dataclass(frozen=True, slots=True)
class Payables:
    """Requests payouts from the provider, and records them as paid or refused."""

    transaction: Transaction
    payouts: Payouts
    lock_trade: LockTrade
    provider: PaymentProvider
    record_payout: RecordPayout
    set_off: SetOff
    outbox: Outbox
    patience: Patience

    async def ask(self, payout: Payout) -> None:
        """Have the provider pay a payout. Idempotent. Raises Unavailable."""
        if payout.amount == 0:
            await self.record_payout.nothing(payout.order_id)
            return
        if payout.account is None:
            await self.refuse(payout, "no payout account on file")
            return
        try:
            made = await self.patience.wait_for(
                self.provider.pay_out(
                    key=key_of(payout),
                    order_id=payout.order_id,
                    account=payout.account,
                    amount=payout.question,
                )
            )
        except PayoutDeclined as declined:
            await self.refuse(payout, declined.reason)
        else:
            await self.record_payout.answer(payout, made)

    async def refuse(self, asked: Payout, reason: str) -> None:
        """Record that the provider refused to pay; the money stays owed to the seller.

        If the payout was requested again meanwhile, nothing changes, because the new request may
        succeed.
        """
        async with self.transaction():
            payout = (await self.lock_trade(asked.order_id)).payout
            assert payout is not None, asked
            if payout.state is PayoutState.DUE and key_of(payout) == key_of(asked):
                refused = replace(
                    payout,
                    state=PayoutState.REFUSED,
                    reason=reason,
                    refusals=payout.refusals + 1,
                    asked=0,
                )
                await self.payouts.save(refused)
                if not await self.set_off.if_reclaimed(refused):
                    await self.outbox.add(
                        PayoutRefused(payout.order_id, payout.seller_id, refused.owed, reason)
                    )
