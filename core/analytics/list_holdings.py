"""List the pairs that you have."""

from dataclasses import dataclass

from ...ports.language.paging import Page, PageRequest
from ...ports.language.portfolios import Holding
from ...ports.language.users import Actor
from ...ports.portfolios import Portfolios


@dataclass(frozen=True, slots=True)
class ListHoldings:
    """Lists the pairs that a user bought and was not refunded, delivered or on their way."""

    portfolios: Portfolios

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[Holding]:
        """Return a page of the actor's pairs, newest first, with what they are worth."""
        return await self.portfolios.holdings(actor.user_id, request)
