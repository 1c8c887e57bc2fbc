"""The prices that users watch, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice

from ...ports.language.errors import AlertExists, NotFound
from ...ports.language.ids import AlertId, UserId
from ...ports.language.money import Cents
from ...ports.language.paging import Page, PageRequest
from ...ports.language.price_alerts import PriceAlert, PriceFall
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

    async def fired_by(self, fall: PriceFall, *, users: int) -> Sequence[PriceAlert]:
        with await self._database.reading():
            tables = self._tables
            in_book = [tables.price_alerts[i] for i in tables.alerts_in_book.get(fall.book, ())]
        fired = sorted(filter(fall.fires, in_book), key=_order)
        of_users = groupby(fired, key=lambda alert: alert.user_id)
        return [alert for _, of_user in islice(of_users, users) for alert in of_user]

    async def note_drop(
        self, alert_ids: Collection[AlertId], at: datetime, lowest_ask: Cents
    ) -> None:
        await self._database.writing()
        for alert_id in alert_ids:
            alert = self._tables.price_alerts[alert_id]
            if alert.dropped_at is None or alert.dropped_at < at:
                dropped = replace(alert, dropped_at=at, dropped_to=lowest_ask)
                self._database.put(self._tables.price_alerts, alert_id, dropped)


def _order(alert: PriceAlert) -> tuple[UserId, Cents]:
    return alert.user_id, alert.price
