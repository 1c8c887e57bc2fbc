"""AnalyticsService: sales, candles and statistics."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from ...ports.language.analytics import Interval, Statistics
from ...ports.language.api_tokens import KeyScope
from ...ports.language.ids import ProductId
from ...ports.language.market import Condition
from ..http.edge.paging import listing
from ..http.routes.figures import CandleListing, candle_listing
from ..http.routes.market import SaleListing, sale_view
from .rpc import Context, Who, rpc
from .shapes import Paged, Size

Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]


class CandlesQuestion(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A product, and which of its sales: from the interval of `start` to that of `end`."""

    product_id: UUID
    interval: Interval = Interval.DAY
    size: Size | None = None
    condition: Condition = Condition.NEW
    start: Instant | None = None
    end: Instant | None = None


class StatisticsQuestion(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A product, in one size or in all."""

    product_id: UUID
    size: Size | None = None
    condition: Condition = Condition.NEW


class SalesQuestion(Paged, forbid_unknown_fields=True, kw_only=True):
    """A page of the sales of a product, in one size or in all."""

    product_id: UUID
    size: Size | None = None


async def get_candles(context: Context, request: CandlesQuestion) -> CandleListing:
    """Return the sales as candles, over at most 1,000 intervals. Empty ones are left out."""
    candles = await context.application.analytics.view_candles(
        ProductId(request.product_id),
        interval=request.interval,
        start=request.start,
        end=request.end,
        size=request.size,
        condition=request.condition,
    )
    return candle_listing(candles)


async def get_statistics(context: Context, request: StatisticsQuestion) -> Statistics:
    """Return price statistics of the last 52 weeks. Amounts are in minor units."""
    return await context.application.analytics.view_statistics(
        ProductId(request.product_id), size=request.size, condition=request.condition
    )


async def get_sales(context: Context, request: SalesQuestion) -> SaleListing:
    """Return a page of the sales of a product, newest first."""
    page = await context.application.analytics.list_sales(
        ProductId(request.product_id), request.page, request.size
    )
    return listing(SaleListing, page, sale_view)


_NAME = "AnalyticsService"
RPCS = (
    rpc(_NAME, "GetCandles", get_candles, Who.ANYBODY, key_scope=KeyScope.READ),
    rpc(_NAME, "GetStatistics", get_statistics, Who.ANYBODY, key_scope=KeyScope.READ),
    rpc(_NAME, "GetSales", get_sales, Who.ANYBODY, key_scope=KeyScope.READ),
)
