"""A user lists their bids or asks; an admin lists those of any user."""

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
    """Bids or asks of one user, newest first, a page at a time."""

    quotes: Quotes
    traders: Traders

    async def __call__(
        self, actor: Actor, side: Side, request: PageRequest, status: QuoteStatus | None = None
    ) -> Page[Quote]:
        """Return a page of the actor's own bids or asks, with a `status` only those in it."""
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
        """Return a page of any user's bids or asks to an admin.

        With a `status` only those in it, and with `standing` only those that may still trade.
        Raises Forbidden, and NotFound if there is no such user.
        """
        check_role(actor, Role.ADMIN, "list quotes of user")
        await self.traders.standing(user_id)
        return await self.quotes.of_user(user_id, side, request, status, standing=standing)
