"""Build the result of a simulated market."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

from ...composition.application import Application
from ...ports.language.analytics import Sale
from ...ports.language.ids import ProductId
from ...ports.language.orders import OrderStatus
from ...ports.language.paging import MAX_PAGE, PageRequest
from ...ports.language.users import OPERATOR, Actor
from .catalogue import TradedBook
from .invariants import check_invariants
from .result import BestPrices, SimulationResult, Trade


async def report(
    app: Application,
    books: Sequence[TradedBook],
    sellers: Sequence[Actor],
    refusals: Mapping[str, int],
) -> SimulationResult:
    """Return the result of the market in its present state."""
    keys = [book.key for book in books]
    views = await app.bidding.list_best_prices(keys)
    by_status = await app.orders.count_orders(OPERATOR)
    return SimulationResult(
        trades=await _trades(app, books),
        orders={status: by_status[status] for status in OrderStatus if status in by_status},
        best_prices=tuple(
            BestPrices(book.product, book.key.size, view.highest_bid, view.lowest_ask)
            for book, view in zip(books, views, strict=True)
        ),
        seller_levels=await _seller_levels(app, sellers),
        refusals=dict(sorted(refusals.items())),
        solvency=await app.payments.check_solvency(),
        invariants=await check_invariants(app, keys),
        currency=app.rules.money,
    )


async def _trades(app: Application, books: Sequence[TradedBook]) -> tuple[Trade, ...]:
    names = {book.key.product_id: book.product for book in books}
    sales = [sale for product_id in names for sale in [s async for s in _sales(app, product_id)]]
    sales.sort(key=lambda sale: (sale.sold_at, sale.order_id))
    return tuple(
        Trade(sale.sold_at, names[sale.book.product_id], sale.book.size, sale.price)
        for sale in sales
    )


async def _sales(app: Application, product_id: ProductId) -> AsyncIterator[Sale]:
    request = PageRequest(limit=MAX_PAGE)
    while True:
        page = await app.analytics.list_sales(product_id, request)
        for sale in page.items:
            yield sale
        if page.next_cursor is None:
            return
        request = PageRequest(limit=MAX_PAGE, after=page.next_cursor)


async def _seller_levels(app: Application, sellers: Sequence[Actor]) -> dict[int, int]:
    user_ids = [seller.user_id for seller in sellers]
    levels = await app.payments.view_seller_levels(OPERATOR, user_ids)
    return dict(sorted(Counter(levels.values()).items()))
