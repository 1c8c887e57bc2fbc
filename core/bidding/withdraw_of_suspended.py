"""The quotes of a suspended user leave their books."""

from dataclasses import dataclass

from ...ports.language.events import UserWasSuspended
from ...ports.language.market import Side, WithdrawalReason
from ...ports.matching import Matching
from ...ports.users import Traders
from .outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class WithdrawOfSuspended:
    """Suspending takes all bids and asks of the user out of the books, and the user is told once.

    Of a user whose suspension was lifted before its turn came, nothing is withdrawn. The outcome
    counts what was left by then: quotes that somebody reached first, or that left before the
    process died, were withdrawn before.
    """

    traders: Traders
    matching: Matching
    outcomes: Outcomes

    async def __call__(self, event: UserWasSuspended) -> None:
        """Withdraw them; the second time changes nothing. Raises QueueFull, Unavailable."""
        if await self.outcomes.is_known(event.entry_id):
            return
        if not (await self.traders.standing(event.user_id)).suspended:
            await self.outcomes.note(event.entry_id, {"suspended": False}, carried_out=False)
            return
        count = await self.matching.withdraw_all(
            event.user_id, tuple(Side), WithdrawalReason.SUSPENDED
        )
        await self.outcomes.note(event.entry_id, {"withdrawn": count})
