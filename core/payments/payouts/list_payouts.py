"""List your payouts."""

from dataclasses import dataclass

from ....ports.language.paging import Page, PageRequest
from ....ports.language.payments import Payout
from ....ports.language.users import Actor
from ....ports.payments import Payouts


@dataclass(frozen=True, slots=True)
class ListPayouts:
    """Lists the payouts of the actor, which is an empty page for a user without sales."""

    payouts: Payouts

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[Payout]:
        """Return a page of the actor's payouts, newest first."""
        return await self.payouts.of_seller(actor.user_id, request)
