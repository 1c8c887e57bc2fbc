"""View a product's prices over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ...ports.charts import ChartReader
from ...ports.clock import Clock
from ...ports.language.analytics import Candle, Interval
from ...ports.language.errors import EmptySpan, OutOfRange
from ...ports.language.ids import ProductId
from ...ports.language.market import Condition
from .candles import earlier, end_of, intervals_between, merge, start_of
from .known_sizes import KnownSizes

MAX_CANDLES = 1_000
"""The maximum number of intervals in one answer."""
_DEFAULT_SPAN = 100
"""The number of intervals in an answer if no start is given."""
_YEARS = (1970, 2999)


@dataclass(frozen=True, slots=True)
class ViewCandles:
    """Shows the sales of a product, or of one size, in candles of an hour, day, week or month.

    Voided sales do not count. An interval without sales has no candle. The first and last intervals
    are always whole, even if `start` or `end` falls inside them. `end` defaults to now, and `start`
    to a hundred intervals before the end.
    """

    known_sizes: KnownSizes
    charts: ChartReader
    clock: Clock

    async def __call__(
        self,
        product_id: ProductId,
        *,
        interval: Interval,
        start: datetime | None = None,
        end: datetime | None = None,
        size: str | None = None,
        condition: Condition = Condition.NEW,
    ) -> Sequence[Candle]:
        """Return the candles, oldest first.

        Raises InvalidSize, NotFound, SizeNotOffered, EmptySpan if the start is after the end, and
        OutOfRange if the span is too long.
        """
        _, only = await self.known_sizes.find(product_id, size)
        end = self.clock.now() if end is None else _in_utc("to", end)
        last = end_of(end, interval)
        begin = earlier(last, interval, _DEFAULT_SPAN) if start is None else _in_utc("from", start)
        first = start_of(begin, interval)
        if first >= last:
            raise EmptySpan(start=begin, end=end)
        span = intervals_between(first, last, interval)
        if span > MAX_CANDLES:
            raise OutOfRange(field="candles", value=span, minimum=1, maximum=MAX_CANDLES)
        candles = await self.charts.candles(
            product_id,
            Interval.HOUR if interval is Interval.HOUR else Interval.DAY,
            first,
            last,
            condition=condition,
            size=only,
        )
        return merge(candles, interval)


def _in_utc(field: str, instant: datetime) -> datetime:
    """Return an instant in UTC. Raises OutOfRange for a year before 1970 or after 2999."""
    first, last = _YEARS
    if not first <= instant.year <= last:
        raise OutOfRange(field=f"{field}: year", value=instant.year, minimum=first, maximum=last)
    return instant.astimezone(UTC)
