"""Portfolios, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam, cast, func, select

from ....ports.language.ids import UserId
from ....ports.language.orders import OrderStatus, PaymentStatus
from ....ports.language.paging import Page, PageRequest
from ....ports.language.portfolios import Holding, PortfolioValue
from ....ports.portfolios import Portfolios
from ..bidding.book_columns import book_of
from ..engine.constructs import each_of
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement
from ..schema import orders, sales

_held = (
    (orders.c.buyer_id == bindparam("user_id"))
    & (orders.c.payment_status == PaymentStatus.CAPTURED)
    & (orders.c.status != OrderStatus.PENDING)
    & (orders.c.status != OrderStatus.CANCELLED)
    & (orders.c.status != OrderStatus.AUTH_FAILED)
)
_book = (orders.c.product_id, orders.c.size, orders.c.condition)
_paid = orders.c.price + orders.c.shipping_fee


def _last_price(
    book: Sequence[ColumnElement[Any]], at: ColumnElement[Any] | None = None
) -> ColumnElement[Any]:
    """Return the price of the last sale in a book, by an index, or NULL."""
    of_book = (sales.c.product_id, sales.c.size, sales.c.condition)
    last = select(sales.c.price).where(
        ~sales.c.voided, *(one == other for one, other in zip(of_book, book, strict=True))
    )
    if at is not None:
        last = last.where(sales.c.sold_at <= at)
    return last.order_by(sales.c.sold_at.desc(), sales.c.arrival.desc()).limit(1).scalar_subquery()


_HOLDINGS_PAGE = Statement(
    newest_first(
        select(
            orders.c.id,
            *_book,
            orders.c.status,
            orders.c.matched_at,
            _paid.label("paid"),
            func.coalesce(_last_price(_book), orders.c.price).label("value"),
        ).where(_held),
        orders.c.id,
    )
)


def _values() -> Statement:
    """Return the query for values. Pairs in one book have one last sale, so they are looked up once
    for each instant.
    """
    instant = each_of("instants", orders.c.matched_at)
    at = instant.c.value
    of_books = (
        select(
            at.label("at"),
            *_book,
            func.count().label("pairs"),
            func.sum(orders.c.price).label("price"),
            func.sum(_paid).label("paid"),
            func.min(orders.c.matched_at).label("since"),
        )
        .select_from(instant.join(orders, orders.c.matched_at <= at))
        .where(_held)
        .group_by(at, *_book)
        .subquery()
    )
    own = of_books.c
    last = _last_price((own.product_id, own.size, own.condition), own.at)
    return Statement(
        select(
            own.at,
            cast(func.sum(own.pairs), BigInteger).label("pairs"),
            cast(func.sum(own.paid), BigInteger).label("paid"),
            cast(func.sum(func.coalesce(own.pairs * last, own.price)), BigInteger).label("value"),
            func.min(own.since).label("since"),
        ).group_by(own.at)
    )


_VALUES = _values()


class SqlPortfolios(Portfolios):
    """Portfolios of the tables of orders and sales."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def holdings(self, user_id: UserId, request: PageRequest) -> Page[Holding]:
        return await page(self._database, _HOLDINGS_PAGE, request, _holding, user_id=user_id)

    async def values(
        self, user_id: UserId, instants: Sequence[datetime]
    ) -> Sequence[PortfolioValue]:
        rows = await self._database.rows(_VALUES, user_id=user_id, instants=instants)
        found = {row.at: PortfolioValue(*row) for row in rows}
        return [found.get(at) or PortfolioValue(at, 0, 0, 0, None) for at in instants]


def _holding(row: Row) -> Holding:
    return Holding(
        order_id=row.id,
        book=book_of(row),
        status=row.status,
        bought_at=row.matched_at,
        paid=row.paid,
        value=row.value,
    )
