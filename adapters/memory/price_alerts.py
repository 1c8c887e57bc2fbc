"""The prices that users watch, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from ...ports.language.errors import AlertExists, NotFound
from ...ports.language.ids import AlertId, UserId
from ...ports.language.market import BookKey
from ...ports.language.money import Cents
from ...ports.language.paging import Page, PageRequest
from ...ports.language.price_alerts import PriceAlert
from ...ports.price_alerts import PriceAlerts
from .database import MemoryAdapter
from .paging import newest_first


class MemoryPriceAlerts(MemoryAdapter, PriceAlerts):
    """Alerts by id, and which each user and each book has."""

    async def add(self, alert: PriceAlert) -> None:
        await self._database.writing()
        tables = self._tables
        of_user, in_book = tables.alerts_of_user[alert.user_id], tables.alerts_in_book[alert.book]
        for other in map(tables.price_alerts.__getitem__, of_user):
            if (other.book, other.price) == (alert.book, alert.price):
                raise AlertExists(id=other.id)
        self._database.put(tables.price_alerts, alert.id, alert)
        self._database.put(of_user, alert.id, None)
        self._database.put(in_book, alert.id, None)

    async def remove(self, user_id: UserId, alert_id: AlertId) -> None:
        await self._database.writing()
        tables = self._tables
        alert = tables.price_alerts.get(alert_id)
        if alert is None or alert.user_id != user_id:
            raise NotFound(what="price alert", id=alert_id)
        self._database.remove(tables.price_alerts, alert_id)
        self._database.remove(tables.alerts_of_user[user_id], alert_id)
        self._database.remove(tables.alerts_in_book[alert.book], alert_id)

    async def count(self, user_id: UserId) -> int:
        with await self._database.reading():
            return len(self._tables.alerts_of_user.get(user_id, ()))

    async def of_user(self, user_id: UserId, request: PageRequest) -> Page[PriceAlert]:
        with await self._database.reading():
            tables = self._tables
            of_user = tables.alerts_of_user.get(user_id, ())
            return newest_first(of_user, tables.price_alerts, request)

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
        with await self._database.reading():
            tables = self._tables
            in_book = [tables.price_alerts[i] for i in tables.alerts_in_book.get(book, ())]
        wanted = [
            alert
            for alert in in_book
            if at_least <= alert.price
            and (below is None or alert.price < below)
            and alert.created_at <= made_by
            and (after is None or _order(alert) > _order(after))
        ]
        return sorted(wanted, key=_order)[:limit]

    async def note_drop(self, alert_ids: Collection[AlertId], at: datetime) -> None:
        await self._database.writing()
        for alert_id in alert_ids:
            alert = self._tables.price_alerts[alert_id]
            if alert.dropped_at is None or alert.dropped_at < at:
                dropped = replace(alert, dropped_at=at)
                self._database.put(self._tables.price_alerts, alert_id, dropped)


def _order(alert: PriceAlert) -> tuple[Cents, AlertId]:
    return alert.price, alert.id
