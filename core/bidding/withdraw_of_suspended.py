"""Withdraw the quotes of a suspended user."""

from dataclasses import dataclass

from ...ports.language.events import UserSuspended
from ...ports.language.market import Side, WithdrawalReason
from ...ports.matching import Matching
from ...ports.users import Traders
from .outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class WithdrawOfSuspended:
    """Withdraws all bids and asks of a suspended user, and notifies the user once.

    If the suspension was lifted before the event is handled, nothing is withdrawn. NoteSuspension
    records the number of withdrawn quotes. It does not count those that matching withdrew earlier,
    because another quote reached them.
    """

    traders: Traders
    matching: Matching
    outcomes: Outcomes

    async def __call__(self, event: UserSuspended) -> None:
        """Withdraw the quotes; idempotent. Raises QueueFull, Unavailable."""
        if await self.outcomes.is_known(event.entry_id):
            return
        if not (await self.traders.standing(event.user_id)).suspended:
            await self.outcomes.note(event.entry_id, {"suspended": False}, carried_out=False)
            return
        await self.matching.withdraw_all(
            event.user_id, tuple(Side), WithdrawalReason.SUSPENDED, entry_id=event.entry_id
        )
