"""List a user's bids or asks."""

from dataclasses import dataclass

from ...ports.language.ids import UserId
from ...ports.language.market import Quote, QuoteStatus, Side
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.quotes import Quotes
from ...ports.users import Traders


@dataclass(frozen=True, slots=True)
class ListQuotes:
    """Lists one user's bids or asks, newest first. Admins may list those of any user."""

    quotes: Quotes
    traders: Traders

    async def __call__(
        self, actor: Actor, side: Side, request: PageRequest, status: QuoteStatus | None = None
    ) -> Page[Quote]:
        """Return a page of the actor's bids or asks. With a `status`, only quotes in it."""
        return await self.quotes.of_user(actor.user_id, side, request, status)

    async def of_user(
        self,
        actor: Actor,
        user_id: UserId,
        side: Side,
        request: PageRequest,
        status: QuoteStatus | None = None,
        *,
        standing: bool = False,
    ) -> Page[Quote]:
        """Return a page of any user's bids or asks, for admins.

        With a `status`, only quotes in it. With `standing`, only quotes that may still trade.
        Raises Forbidden, and NotFound if there is no such user.
        """
        check_role(actor, Role.ADMIN, "list quotes of user")
        await self.traders.standing(user_id)
        return await self.quotes.of_user(user_id, side, request, status, standing=standing)
