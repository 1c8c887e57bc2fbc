"""The port to stored price alerts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from .language.ids import AlertId, UserId
from .language.money import Cents
from .language.paging import Page, PageRequest
from .language.price_alerts import PriceAlert, PriceFall


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

    async def fired_by(self, fall: PriceFall, *, users: int) -> Sequence[PriceAlert]:
        """Return all alerts of up to `users` users that fire because of a fall of the lowest ask.

        A user's alerts come together, the lowest price first.
        """
        ...

    async def note_drop(
        self, alert_ids: Collection[AlertId], at: datetime, lowest_ask: Cents
    ) -> None:
        """Note when alerts fired, and at which price, where no later time is noted."""
        ...
