"""A seller looks at their payouts."""

from dataclasses import dataclass

from ...ports.language.paging import Page, PageRequest
from ...ports.language.payments import Payout
from ...ports.language.users import Actor
from ...ports.payments import Payouts


@dataclass(frozen=True, slots=True)
class ListPayouts:
    """A seller sees what they were paid; whoever sold nothing was paid nothing."""

    payouts: Payouts

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[Payout]:
        """Return a page of the actor's own payouts, newest first."""
        return await self.payouts.of_seller(actor.user_id, request)
