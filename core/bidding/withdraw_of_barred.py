"""Withdraw the bids of a buyer who is barred because of declined cards."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.events import BuyerBarred
from ...ports.language.market import Side, WithdrawalReason
from ...ports.matching import Matching
from ...ports.users import Traders


@dataclass(frozen=True, slots=True)
class WithdrawOfBarred:
    """Withdraws all bids of a buyer who is barred from bidding, and notifies the buyer once.

    If the bar was lifted before the event is handled, nothing is withdrawn.
    """

    traders: Traders
    matching: Matching
    clock: Clock

    async def __call__(self, event: BuyerBarred) -> None:
        """Withdraw the bids; idempotent. Raises QueueFull, Unavailable."""
        barred = await self.traders.barred([event.buyer_id], self.clock.now())
        if Side.BID in barred.get(event.buyer_id, ()):
            reason = WithdrawalReason.PAYMENTS_DECLINED
            await self.matching.withdraw_all(
                event.buyer_id, (Side.BID,), reason, name=f"barred until {event.until.isoformat()}"
            )
