"""Price alerts, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select, update

from ....ports.language.errors import AlertExists, NotFound
from ....ports.language.ids import AlertId, UserId
from ....ports.language.market import BookKey
from ....ports.language.money import Cents
from ....ports.language.paging import Page, PageRequest
from ....ports.language.price_alerts import PriceAlert, PriceFall
from ....ports.price_alerts import PriceAlerts
from ..bidding.book_columns import book_of, book_values
from ..engine.database import SqlDatabase
from ..engine.errors import Conflict
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement, insert_row
from ..schema import price_alerts

_ADD = Statement(insert_row(price_alerts))
_of_user = price_alerts.c.user_id == bindparam("user_id")
_in_book = (
    (price_alerts.c.product_id == bindparam("product_id"))
    & (price_alerts.c.size == bindparam("size"))
    & (price_alerts.c.condition == bindparam("condition"))
)
_REMOVE = Statement(delete(price_alerts).where(price_alerts.c.id == bindparam("id"), _of_user))
_COUNT = Statement(select(func.count().label("alerts")).where(_of_user))
_OF_USER = Statement(newest_first(select(price_alerts).where(_of_user), price_alerts.c.id))
_AT_PRICE = Statement(
    select(price_alerts.c.id).where(_of_user, _in_book, price_alerts.c.price == bindparam("price"))
)
_rested = price_alerts.c.told_at.is_(None) | (price_alerts.c.told_at <= bindparam("rested_since"))
_concerned = (
    _in_book
    & (price_alerts.c.price >= bindparam("lowest_ask"))
    & (price_alerts.c.price < bindparam("below"))
    & (price_alerts.c.created_at <= bindparam("at"))
    & (
        price_alerts.c.dropped_at.is_(None)
        | (
            (price_alerts.c.dropped_at < bindparam("at"))
            & (
                price_alerts.c.dropped_to.is_(None)
                | (price_alerts.c.dropped_to > bindparam("lowest_ask"))
                | (price_alerts.c.dropped_at <= bindparam("forgotten_since"))
            )
        )
    )
    & (_rested | ~price_alerts.c.missed)
)
_CONCERNED = Statement(
    select(price_alerts)
    .where(
        _concerned,
        price_alerts.c.user_id.in_(
            select(price_alerts.c.user_id).where(_concerned).distinct().limit(bindparam("users"))
        ),
    )
    .order_by(price_alerts.c.user_id, price_alerts.c.price)
)
_told = (_of_user, _in_book, price_alerts.c.created_at <= bindparam("at"))
_NOTE_TOLD = Statement(
    update(price_alerts)
    .where(
        *_told,
        or_(price_alerts.c.told_at.is_(None), price_alerts.c.told_at < bindparam("at")),
    )
    .values(told_at=bindparam("at"), missed=False)
)
_NOTE_DROP = Statement(
    update(price_alerts)
    .where(
        *_told,
        price_alerts.c.price >= bindparam("lowest_ask"),
        or_(price_alerts.c.dropped_at.is_(None), price_alerts.c.dropped_at < bindparam("at")),
    )
    .values(dropped_at=bindparam("at"), dropped_to=bindparam("lowest_ask"))
)
_NOTE_MISSED = Statement(
    update(price_alerts)
    .where(price_alerts.c.id == bindparam("id"))
    .values(missed=bindparam("missed"))
)
_MISSED = Statement(
    select(price_alerts)
    .where(price_alerts.c.missed, price_alerts.c.told_at <= bindparam("told_by"))
    .order_by(price_alerts.c.user_id, price_alerts.c.price)
    .limit(bindparam("limit"))
)
_ANY_PRICE = 2**63 - 1


class SqlPriceAlerts(PriceAlerts):
    """Alerts, one row each."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, alert: PriceAlert) -> None:
        of_price = {**book_values(alert.book), "user_id": alert.user_id, "price": alert.price}
        try:
            await self._database.attempt(
                _ADD,
                id=alert.id,
                **of_price,
                created_at=alert.created_at,
                dropped_at=alert.dropped_at,
                dropped_to=alert.dropped_to,
                told_at=alert.told_at,
                missed=alert.missed,
            )
        except Conflict as conflict:
            earlier = await self._database.first(_AT_PRICE, **of_price)
            assert earlier is not None, f"the id of {alert} is taken"
            raise AlertExists(id=earlier.id) from conflict

    async def remove(self, user_id: UserId, alert_id: AlertId) -> None:
        if not await self._database.execute(_REMOVE, id=alert_id, user_id=user_id):
            raise NotFound(what="price alert", id=alert_id)

    async def lock(self, user_id: UserId) -> int:
        await self._database.lock(f"price alerts {user_id}")
        row = await self._database.first(_COUNT, user_id=user_id)
        assert row is not None
        return int(row.alerts)

    async def of_user(self, user_id: UserId, request: PageRequest) -> Page[PriceAlert]:
        return await page(self._database, _OF_USER, request, _alert, user_id=user_id)

    async def concerned_by(self, fall: PriceFall, *, users: int) -> Sequence[PriceAlert]:
        rows = await self._database.rows(
            _CONCERNED,
            **book_values(fall.book),
            lowest_ask=fall.lowest_ask,
            below=_ANY_PRICE if fall.before is None else fall.before,
            at=fall.at,
            rested_since=fall.rested_since,
            forgotten_since=fall.forgotten_since,
            users=users,
        )
        return [_alert(row) for row in rows]

    async def note_told(
        self, user_id: UserId, book: BookKey, at: datetime, lowest_ask: Cents
    ) -> None:
        told = {**book_values(book), "user_id": user_id, "at": at}
        await self._database.execute(_NOTE_TOLD, **told)
        await self._database.execute(_NOTE_DROP, **told, lowest_ask=lowest_ask)

    async def note_missed(self, alert_ids: Collection[AlertId], *, missed: bool) -> None:
        rows = [{"id": alert_id, "missed": missed} for alert_id in alert_ids]
        await self._database.execute_many(_NOTE_MISSED, rows)

    async def missed(self, told_by: datetime, limit: int) -> Sequence[PriceAlert]:
        rows = await self._database.rows(_MISSED, told_by=told_by, limit=limit)
        return [_alert(row) for row in rows]


def _alert(row: Row) -> PriceAlert:
    return PriceAlert(
        id=row.id,
        user_id=row.user_id,
        book=book_of(row),
        price=row.price,
        created_at=row.created_at,
        dropped_at=row.dropped_at,
        dropped_to=row.dropped_to,
        told_at=row.told_at,
        missed=row.missed,
    )
