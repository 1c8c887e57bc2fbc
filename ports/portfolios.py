"""The port to portfolios: what the pairs of a user are worth by the tape."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from .language.ids import UserId
from .language.paging import Page, PageRequest
from .language.portfolios import Holding, PortfolioValue


class Portfolios(Protocol):
    """The pairs that belong to users (`Order.is_held`), with the last sales in their books.

    A pair whose book has no sale on the tape, not even its own yet, is worth its price.
    """

    async def holdings(self, user_id: UserId, request: PageRequest) -> Page[Holding]:
        """Return a page of the user's pairs, newest first, with what they are worth now."""
        ...

    async def values(
        self, user_id: UserId, instants: Sequence[datetime]
    ) -> Sequence[PortfolioValue]:
        """Return what the user's pairs were worth at each instant, in the same order.

        It takes time for each pair at each instant, so who asks must bound their product.
        """
        ...
