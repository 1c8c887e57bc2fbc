"""The prices that users watch, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, bindparam, delete, func, or_, select, tuple_, update

from ...ports.language.errors import AlertExists, NotFound
from ...ports.language.ids import AlertId, UserId
from ...ports.language.market import BookKey
from ...ports.language.money import Cents
from ...ports.language.paging import Page, PageRequest
from ...ports.language.price_alerts import PriceAlert
from ...ports.price_alerts import PriceAlerts
from .book_columns import book_of, book_values
from .database import SqlDatabase
from .paging import newest_first, page
from .schema import price_alerts
from .sqlite import Conflict
from .statement import Row, Statement, insert_row

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
_IN_RANGE = Statement(
    select(price_alerts)
    .where(
        _in_book,
        price_alerts.c.price < bindparam("below"),
        tuple_(price_alerts.c.price, price_alerts.c.id)
        > tuple_(bindparam("after_price", type_=BigInteger), bindparam("after_id", type_=Uuid)),
        price_alerts.c.created_at <= bindparam("made_by"),
    )
    .order_by(price_alerts.c.price, price_alerts.c.id)
    .limit(bindparam("limit"))
)
_NOTE_DROP = Statement(
    update(price_alerts)
    .where(
        price_alerts.c.id == bindparam("id"),
        or_(price_alerts.c.dropped_at.is_(None), price_alerts.c.dropped_at < bindparam("at")),
    )
    .values(dropped_at=bindparam("at"))
)
_FIRST_ID = UUID(int=0)
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
            )
        except Conflict as conflict:
            earlier = await self._database.first(_AT_PRICE, **of_price)
            assert earlier is not None, f"the id of {alert} is taken"
            raise AlertExists(id=earlier.id) from conflict

    async def remove(self, user_id: UserId, alert_id: AlertId) -> None:
        if not await self._database.execute(_REMOVE, id=alert_id, user_id=user_id):
            raise NotFound(what="price alert", id=alert_id)

    async def count(self, user_id: UserId) -> int:
        row = await self._database.first(_COUNT, user_id=user_id)
        assert row is not None
        return int(row.alerts)

    async def of_user(self, user_id: UserId, request: PageRequest) -> Page[PriceAlert]:
        return await page(self._database, _OF_USER, request, _alert, user_id=user_id)

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
        price, id_ = (at_least, _FIRST_ID) if after is None else (after.price, after.id)
        rows = await self._database.rows(
            _IN_RANGE,
            **book_values(book),
            below=_ANY_PRICE if below is None else below,
            after_price=price,
            after_id=id_,
            made_by=made_by,
            limit=limit,
        )
        return [_alert(row) for row in rows]

    async def note_drop(self, alert_ids: Collection[AlertId], at: datetime) -> None:
        rows = [{"id": alert_id, "at": at} for alert_id in alert_ids]
        await self._database.execute_many(_NOTE_DROP, rows)


def _alert(row: Row) -> PriceAlert:
    return PriceAlert(
        id=row.id,
        user_id=row.user_id,
        book=book_of(row),
        price=row.price,
        created_at=row.created_at,
        dropped_at=row.dropped_at,
    )
