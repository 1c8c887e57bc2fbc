"""Portfolios, in memory."""

from collections.abc import Sequence
from datetime import datetime

from ...ports.language.analytics import Sale
from ...ports.language.ids import UserId
from ...ports.language.market import BookKey
from ...ports.language.money import Cents
from ...ports.language.orders import Order
from ...ports.language.paging import Page, PageRequest
from ...ports.language.portfolios import Holding, PortfolioValue
from ...ports.portfolios import Portfolios
from .database import MemoryAdapter
from .paging import newest_first


class MemoryPortfolios(MemoryAdapter, Portfolios):
    """Portfolios of the orders and the sales in the tables."""

    async def holdings(self, user_id: UserId, request: PageRequest) -> Page[Holding]:
        with await self._database.reading():
            tables = self._tables
            page = newest_first(
                tables.orders_of_user.get(user_id, ()),
                tables.orders,
                request,
                lambda order: order.buyer_id == user_id and order.is_held,
            )
            return Page(tuple(map(self._holding, page.items)), page.next_cursor)

    async def values(
        self, user_id: UserId, instants: Sequence[datetime]
    ) -> Sequence[PortfolioValue]:
        with await self._database.reading():
            tables = self._tables
            orders = [tables.orders[id_] for id_ in tables.orders_of_user.get(user_id, ())]
            held = [order for order in orders if order.buyer_id == user_id and order.is_held]
            return [self._value(held, instant) for instant in instants]

    def _holding(self, order: Order) -> Holding:
        return Holding(
            order_id=order.id,
            book=order.book,
            status=order.status,
            bought_at=order.matched_at,
            paid=order.buyer_total,
            value=self._last_price(order, None),
        )

    def _value(self, held: Sequence[Order], at: datetime) -> PortfolioValue:
        bought = [order for order in held if order.matched_at <= at]
        return PortfolioValue(
            at=at,
            pairs=len(bought),
            paid=sum(order.buyer_total for order in bought),
            value=sum(self._last_price(order, at) for order in bought),
            since=min((order.matched_at for order in bought), default=None),
        )

    def _last_price(self, order: Order, at: datetime | None) -> Cents:
        until = [sale for sale in self._sales(order.book) if at is None or sale.sold_at <= at]
        return max(until, key=lambda sale: sale.place).price if until else order.price

    def _sales(self, book: BookKey) -> list[Sale]:
        tables = self._tables
        every = (tables.sales[i] for i in tables.sales_of_product.get(book.product_id, ()))
        return [sale for sale in every if sale.book == book]
