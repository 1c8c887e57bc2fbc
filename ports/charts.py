"""The port to charts: the prices of sales over time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from .language.analytics import Candle, Interval, Sale
from .language.ids import ProductId
from .language.market import Condition, Size


class ChartReader(Protocol):
    """What the charts show."""

    async def candles(
        self,
        product_id: ProductId,
        interval: Literal[Interval.HOUR, Interval.DAY],
        start: datetime,
        end: datetime,
        *,
        condition: Condition,
        size: Size | None = None,
    ) -> Sequence[Candle]:
        """Return the sales from `start` until before `end` as candles, oldest first.

        Intervals without a sale are omitted. Longer candles are built from these. Raises
        Unavailable.
        """
        ...


class Charts(ChartReader, Protocol):
    """The sales that the charts are drawn from, each once.

    The tape decides which sales there are, and the charts follow it. Where both are in the store,
    writes need a transaction.
    """

    async def put(self, *sales: Sale) -> None:
        """Add sales of the tape. One that is there already does not change. Raises Unavailable."""
        ...

    async def void(self, *sales: Sale) -> None:
        """Remove sales, which may not be there. Raises Unavailable."""
        ...
