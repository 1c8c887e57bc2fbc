"""The bids of a buyer whose cards were declined too often leave their books."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.events import BuyerBarred
from ...ports.language.market import Side, WithdrawalReason
from ...ports.matching import Matching
from ...ports.users import Traders


@dataclass(frozen=True, slots=True)
class WithdrawOfBarred:
    """A buyer who may not bid any more has no bids in the books, and is told once.

    Of one whose declines were forgiven before its turn came, nothing is withdrawn.
    """

    traders: Traders
    matching: Matching
    clock: Clock

    async def __call__(self, event: BuyerBarred) -> None:
        """Withdraw them; the second time changes nothing. Raises QueueFull, Unavailable."""
        barred = await self.traders.barred([event.buyer_id], self.clock.now())
        if Side.BID in barred.get(event.buyer_id, ()):
            reason = WithdrawalReason.PAYMENTS_DECLINED
            await self.matching.withdraw_all(event.buyer_id, (Side.BID,), reason)
