"""View a product's sales statistics."""

from dataclasses import dataclass
from datetime import timedelta

from ...ports.charts import ChartReader
from ...ports.clock import Clock
from ...ports.language.analytics import Interval, Statistics
from ...ports.language.ids import ProductId
from ...ports.language.market import Condition
from ...ports.tape import TapeReader
from .candles import start_of
from .known_sizes import KnownSizes
from .statistics import statistics_of

_YEAR = timedelta(weeks=52)


@dataclass(frozen=True, slots=True)
class ViewStatistics:
    """Shows the sales statistics of a product, or of one size.

    They cover prices and volatility in the last 52 weeks, and the last sale's premium over the
    retail price. Voided sales do not count. The 52 weeks are whole days in UTC and end today.
    """

    known_sizes: KnownSizes
    tape: TapeReader
    charts: ChartReader
    clock: Clock

    async def __call__(
        self,
        product_id: ProductId,
        *,
        size: str | None = None,
        condition: Condition = Condition.NEW,
    ) -> Statistics:
        """Return the statistics. Raises InvalidSize, NotFound, SizeNotOffered."""
        product, only = await self.known_sizes.find(product_id, size)
        now = self.clock.now()
        start = start_of(now - _YEAR, Interval.DAY)
        days = await self.charts.candles(
            product_id,
            Interval.DAY,
            start,
            now + timedelta(microseconds=1),
            condition=condition,
            size=only,
        )
        books = [
            summary
            for summary in await self.tape.summaries(product_id, only)
            if summary.book.condition is condition
        ]
        return statistics_of(days, books, product.retail_price)
