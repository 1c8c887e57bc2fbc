"""The page of a product: its sizes, the book of one, its chart and its sales."""

from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....ports.language.analytics import Interval
from ....ports.language.ids import ProductId
from ....ports.language.market import BookKey, Condition
from ....ports.language.paging import PageRequest
from ...http.edge.injected import App
from ..pages import Page, ThePage
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
        return await show_product(page, application, ProductId(product_id), size, condition)


async def show_product(
    page: Page,
    application: Application,
    product_id: ProductId,
    size: str,
    condition: Condition,
    *,
    status: int = 200,
    refused: str = "",
    typed: str = "",
) -> Response[bytes]:
    """Return the page of a product. `typed` is the price of an alert that was refused."""
    product = await application.catalog.view_product(product_id)
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
        status=status,
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
        refused=refused,
        typed=typed,
    )
