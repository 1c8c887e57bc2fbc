"""Public candles and statistics of a product."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.exceptions import ValidationException
from litestar.params import FromPath, QueryParameter

from ....ports.language.analytics import Candle, Interval, Statistics
from ....ports.language.errors import EmptySpan, InvalidSize, NotFound, OutOfRange, SizeNotOffered
from ....ports.language.ids import ProductId
from ....ports.language.market import Condition
from ..edge.bearer import PUBLIC
from ..edge.injected import App
from ..openapi.documented import PUBLIC_SECURITY, problems, success
from .market import ConditionQuery, OptionalSizeQuery

IntervalQuery: TypeAlias = Annotated[
    Interval, QueryParameter(description="The length of a candle, in UTC. Weeks begin on Mondays.")
]
# Strings, because the framework would also accept a number as a datetime.
From: TypeAlias = Annotated[
    str | None,
    QueryParameter(
        name="from", format="date-time", description="Start with the interval of this time."
    ),
]
To: TypeAlias = Annotated[
    str | None,
    QueryParameter(
        name="to",
        format="date-time",
        description="End with the interval of this time. The default is now.",
    ),
]


_Aware = Annotated[datetime, msgspec.Meta(tz=True)]


def _instant(parameter: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return msgspec.convert(text, _Aware)
    except msgspec.ValidationError as error:
        wrong = {"key": parameter, "message": str(error), "source": "query"}
        raise ValidationException(extra=[wrong]) from error


class CandleView(msgspec.Struct, frozen=True):
    """The sales of one interval. Prices and the total are in minor units.

    `volume` is the number of pairs, and `vwap` the volume-weighted average price, rounded half up.
    """

    starts_at: datetime
    open: int
    high: int
    low: int
    close: int
    sales: int
    total: int
    volume: int
    vwap: int


class CandleListing(msgspec.Struct, frozen=True):
    """Candles, oldest first."""

    items: list[CandleView]


def candle_listing(candles: Sequence[Candle]) -> CandleListing:
    """Return candles as a response."""
    return CandleListing([msgspec.convert(c, CandleView, from_attributes=True) for c in candles])


class FiguresController(Controller):
    """Candles and statistics."""

    path = "/v1/products/{product_id:uuid}"
    tags = ("market",)
    opt = PUBLIC
    security = PUBLIC_SECURITY

    @get(
        "/candles",
        summary="List candles",
        responses=success(
            200,
            CandleListing,
            {
                "items": [
                    {
                        "starts_at": "2026-03-01T00:00:00Z",
                        "open": 20_000,
                        "high": 21_500,
                        "low": 19_500,
                        "close": 21_000,
                        "sales": 7,
                        "total": 142_500,
                        "volume": 7,
                        "vwap": 20_357,
                    }
                ]
            },
        )
        | problems(NotFound, InvalidSize, SizeNotOffered, EmptySpan, OutOfRange, public=True),
    )
    async def list_candles(
        self,
        product_id: FromPath[UUID],
        application: App,
        interval: IntervalQuery = Interval.DAY,
        size: OptionalSizeQuery = None,
        condition: ConditionQuery = Condition.NEW,
        start: From = None,
        end: To = None,
    ) -> CandleListing:
        """Return the sales as candles, over at most 1,000 intervals.

        Intervals without a sale are omitted.
        """
        candles = await application.analytics.view_candles(
            ProductId(product_id),
            interval=interval,
            start=_instant("from", start),
            end=_instant("to", end),
            size=size,
            condition=condition,
        )
        return candle_listing(candles)

    @get(
        "/statistics",
        summary="View statistics of the last 52 weeks",
        responses=success(
            200,
            Statistics,
            {
                "sales_ever": 120,
                "last_price": 21_000,
                "last_sold_at": "2026-03-01T12:00:00Z",
                "sales": 85,
                "total": 1_742_500,
                "high": 25_000,
                "low": 18_000,
                "mean": 20_500.0,
                "volatility": 0.08,
                "premium": 0.4,
            },
        )
        | problems(NotFound, InvalidSize, SizeNotOffered, public=True),
    )
    async def view_statistics(
        self,
        product_id: FromPath[UUID],
        application: App,
        size: OptionalSizeQuery = None,
        condition: ConditionQuery = Condition.NEW,
    ) -> Statistics:
        """Return price statistics of a product, or of one size of it, in minor units."""
        return await application.analytics.view_statistics(
            ProductId(product_id),
            size=size,
            condition=condition,
        )
