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
    """Price alerts. Writes need a transaction."""

    async def add(self, alert: PriceAlert) -> None:
        """Store a new alert. Raises AlertExists if its user has one for the book and price."""
        ...

    async def remove(self, user_id: UserId, alert_id: AlertId) -> None:
        """Remove one of the user's alerts. Raises NotFound, also for another user's alert."""
        ...

    async def lock(self, user_id: UserId) -> int:
        """Return the number of the user's alerts, and lock it for decisions until the transaction
        ends.

        Other transactions that lock the user's alerts wait.
        """
        ...

    async def of_user(self, user_id: UserId, request: PageRequest) -> Page[PriceAlert]:
        """Return a page of the user's alerts, newest first."""
        ...

    async def concerned_by(self, fall: PriceFall, *, users: int) -> Sequence[PriceAlert]:
        """Return the alerts of up to `users` users that a fall of the lowest ask concerns.

        Pausing alerts are included unless a miss is already recorded. They are grouped by user,
        lowest price first.
        """
        ...

    async def note_told(
        self, user_id: UserId, book: BookKey, at: datetime, lowest_ask: Cents
    ) -> None:
        """Record that a user was told of a book's lowest ask, unless a later time is recorded.

        All alerts of the user on the book that are not younger pause from then on and have missed
        nothing. Those whose price was reached have fired.
        """
        ...

    async def note_missed(self, alert_ids: Collection[AlertId], *, missed: bool) -> None:
        """Record that alerts missed a fall during their pause, or that the miss was handled."""
        ...

    async def missed(self, told_by: datetime, limit: int) -> Sequence[PriceAlert]:
        """Return alerts that missed a fall, and whose users were told no later than an instant."""
        ...
