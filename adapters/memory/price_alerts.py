"""Price alerts, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice

from ...ports.language.errors import AlertExists, NotFound
from ...ports.language.ids import AlertId, UserId
from ...ports.language.market import BookKey
from ...ports.language.money import Cents
from ...ports.language.paging import Page, PageRequest
from ...ports.language.price_alerts import PriceAlert, PriceFall
from ...ports.price_alerts import PriceAlerts
from .database import MemoryAdapter
from .paging import newest_first


class MemoryPriceAlerts(MemoryAdapter, PriceAlerts):
    """Alerts by id, and indexes by user and by book."""

    async def add(self, alert: PriceAlert) -> None:
        await self._database.writing()
        tables = self._tables
        of_user, in_book = tables.alerts_of_user[alert.user_id], tables.alerts_in_book[alert.book]
        for other in map(tables.price_alerts.__getitem__, of_user):
            if (other.book, other.price) == (alert.book, alert.price):
                raise AlertExists(id=other.id)
        self._put(alert)
        self._database.put(of_user, alert.id, None)
        self._database.put(in_book, alert.id, None)

    async def remove(self, user_id: UserId, alert_id: AlertId) -> None:
        await self._database.writing()
        tables = self._tables
        alert = tables.price_alerts.get(alert_id)
        if alert is None or alert.user_id != user_id:
            raise NotFound(what="price alert", id=alert_id)
        self._put(replace(alert, missed=False))
        self._database.remove(tables.price_alerts, alert_id)
        self._database.remove(tables.alerts_of_user[user_id], alert_id)
        self._database.remove(tables.alerts_in_book[alert.book], alert_id)

    async def lock(self, user_id: UserId) -> int:
        await self._database.writing()
        return len(self._tables.alerts_of_user.get(user_id, ()))

    async def of_user(self, user_id: UserId, request: PageRequest) -> Page[PriceAlert]:
        with await self._database.reading():
            tables = self._tables
            of_user = tables.alerts_of_user.get(user_id, ())
            return newest_first(of_user, tables.price_alerts, request)

    async def concerned_by(self, fall: PriceFall, *, users: int) -> Sequence[PriceAlert]:
        with await self._database.reading():
            tables = self._tables
            in_book = [tables.price_alerts[i] for i in tables.alerts_in_book.get(fall.book, ())]
        concerned = filter(fall.concerns, in_book)
        found = sorted((a for a in concerned if fall.has_rested(a) or not a.missed), key=_order)
        of_users = groupby(found, key=lambda alert: alert.user_id)
        return [alert for _, of_user in islice(of_users, users) for alert in of_user]

    async def note_told(
        self, user_id: UserId, book: BookKey, at: datetime, lowest_ask: Cents
    ) -> None:
        await self._database.writing()
        for alert_id in list(self._tables.alerts_of_user.get(user_id, ())):
            alert = self._tables.price_alerts[alert_id]
            if alert.book != book or alert.created_at > at:
                continue
            if alert.told_at is None or alert.told_at < at:
                alert = replace(alert, told_at=at, missed=False)
            if alert.price >= lowest_ask and (alert.dropped_at is None or alert.dropped_at < at):
                alert = replace(alert, dropped_at=at, dropped_to=lowest_ask)
            self._put(alert)

    async def note_missed(self, alert_ids: Collection[AlertId], *, missed: bool) -> None:
        await self._database.writing()
        for alert_id in alert_ids:
            self._put(replace(self._tables.price_alerts[alert_id], missed=missed))

    async def missed(self, told_by: datetime, limit: int) -> Sequence[PriceAlert]:
        with await self._database.reading():
            missed = [self._tables.price_alerts[i] for i in self._tables.alerts_that_missed]
        due = [a for a in missed if a.told_at is not None and a.told_at <= told_by]
        return sorted(due, key=_order)[:limit]

    def _put(self, alert: PriceAlert) -> None:
        self._database.put(self._tables.price_alerts, alert.id, alert)
        if alert.missed:
            self._database.put(self._tables.alerts_that_missed, alert.id, None)
        elif alert.id in self._tables.alerts_that_missed:
            self._database.remove(self._tables.alerts_that_missed, alert.id)


def _order(alert: PriceAlert) -> tuple[UserId, Cents]:
    return alert.user_id, alert.price
