"""The page of a product: its sizes, the book of one, its chart and its sales."""

from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter

from ....ports.language.analytics import Interval
from ....ports.language.ids import ProductId
from ....ports.language.market import BookKey, Condition
from ....ports.language.paging import PageRequest
from ...http.edge.injected import App
from ..pages import ThePage
from .chart import chart_of
from .placeholder import hue_of

_DEPTH = 8
_SALES = 10

SizeOrAll: TypeAlias = Annotated[str, QueryParameter(max_length=10)]
ConditionOf: TypeAlias = Annotated[Condition, QueryParameter()]


class ProductPages(Controller):
    """A product."""

    @get("/products/{product_id:uuid}")
    async def view_product(
        self,
        page: ThePage,
        product_id: FromPath[UUID],
        application: App,
        size: SizeOrAll = "",
        condition: ConditionOf = Condition.NEW,
    ) -> Response[bytes]:
        """Show a product, and the book of a size if one is chosen."""
        product = await application.catalog.view_product(ProductId(product_id))
        only = product.book(size, condition).size if size else None
        books = [BookKey(product.id, each, condition) for each in product.sizes]
        analytics = application.analytics
        statistics = await analytics.view_statistics(product.id, size=only, condition=condition)
        candles = await analytics.view_candles(
            product.id, interval=Interval.WEEK, size=only, condition=condition
        )
        sales = await analytics.list_sales(product.id, PageRequest(_SALES), only)
        bidding = application.bidding
        return page.shows(
            "market/product",
            product=product,
            size=only,
            condition=condition,
            conditions=list(Condition),
            best=await bidding.list_best_prices(books),
            book=only and await bidding.view_book(product.id, only, condition, depth=_DEPTH),
            statistics=statistics,
            chart=chart_of(candles),
            sales=sales.items,
            hue=hue_of(product.style_code),
        )
