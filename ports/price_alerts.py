"""The port to stored price alerts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from .language.ids import AlertId, UserId
from .language.market import BookKey
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

    async def lock(self, user_id: UserId) -> int:
        """Return how many the user has, as only this transaction may decide by until its end.

        Others that lock the user's alerts wait.
        """
        ...

    async def of_user(self, user_id: UserId, request: PageRequest) -> Page[PriceAlert]:
        """Return a page of the user's alerts, newest first."""
        ...

    async def concerned_by(self, fall: PriceFall, *, users: int) -> Sequence[PriceAlert]:
        """Return the alerts of up to `users` users that a fall of the lowest ask concerns.

        Those that rest are among them, unless it is noted already that they missed one. A user's
        alerts come together, the lowest price first.
        """
        ...

    async def note_told(
        self, user_id: UserId, book: BookKey, at: datetime, lowest_ask: Cents
    ) -> None:
        """Note that a user was told of a book's lowest ask, where no later time is noted.

        All the user's alerts on the book that are no younger rest from then on, and none of them
        missed anything. Those whose price was reached have fired.
        """
        ...

    async def note_missed(self, alert_ids: Collection[AlertId], *, missed: bool) -> None:
        """Note that alerts missed a fall while they rested, or that this was seen to."""
        ...

    async def missed(self, told_by: datetime, limit: int) -> Sequence[PriceAlert]:
        """Return alerts that missed a fall, and whose users were told no later than an instant."""
        ...
