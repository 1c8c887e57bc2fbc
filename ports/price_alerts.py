"""The port to stored price alerts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from .language.ids import AlertId, UserId
from .language.market import BookKey
from .language.money import Cents
from .language.paging import Page, PageRequest
from .language.price_alerts import PriceAlert


class PriceAlerts(Protocol):
    """The prices that users watch. Writes need a transaction."""

    async def add(self, alert: PriceAlert) -> None:
        """Store a new alert. Raises AlertExists if its user has one for the book and price."""
        ...

    async def remove(self, user_id: UserId, alert_id: AlertId) -> None:
        """Remove one of the user's alerts. Raises NotFound, also when it is somebody else's."""
        ...

    async def count(self, user_id: UserId) -> int:
        """Return how many the user has; nobody adds one before the end of a transaction."""
        ...

    async def of_user(self, user_id: UserId, request: PageRequest) -> Page[PriceAlert]:
        """Return a page of the user's alerts, newest first."""
        ...

    async def in_range(
        self,
        book: BookKey,
        *,
        at_least: Cents,
        below: Cents | None,
        made_by: datetime,
        limit: int,
        after: PriceAlert | None = None,
    ) -> Sequence[PriceAlert]:
        """Return up to `limit` of a book's alerts at some prices, by price and then by id.

        They were made at `made_by` or before, and come after `after`; None below is no bound.
        """
        ...

    async def note_drop(self, alert_ids: Collection[AlertId], at: datetime) -> None:
        """Note that their prices were reached at an instant, where no later one is noted."""
        ...
