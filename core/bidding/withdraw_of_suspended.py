"""The quotes of a suspended user leave their books."""

from dataclasses import dataclass

from ...ports.language.events import UserSuspended
from ...ports.language.market import Side, WithdrawalReason
from ...ports.matching import Matching
from ...ports.users import Traders
from .outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class WithdrawOfSuspended:
    """Suspending takes all bids and asks of the user out of the books, and the user is told once.

    Of a user whose suspension was lifted before its turn came, nothing is withdrawn. The outcome
    is noted by NoteSuspension, which counts what was left by then: quotes that somebody reached
    first were withdrawn before.
    """

    traders: Traders
    matching: Matching
    outcomes: Outcomes

    async def __call__(self, event: UserSuspended) -> None:
        """Withdraw them; the second time changes nothing. Raises QueueFull, Unavailable."""
        if await self.outcomes.is_known(event.entry_id):
            return
        if not (await self.traders.standing(event.user_id)).suspended:
            await self.outcomes.note(event.entry_id, {"suspended": False}, carried_out=False)
            return
        await self.matching.withdraw_all(
            event.user_id, tuple(Side), WithdrawalReason.SUSPENDED, entry_id=event.entry_id
        )
