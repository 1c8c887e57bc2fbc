"""Somebody looks at a product's prices over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ...ports.clock import Clock
from ...ports.language.analytics import Candle, Interval
from ...ports.language.errors import OutOfRange
from ...ports.language.ids import ProductId
from ...ports.language.market import Condition
from ...ports.tape import Tape
from .candles import end_of, merge, start_of
from .known_sizes import KnownSizes

MAX_CANDLES = 1_000
"""How many intervals one answer may span."""
_SHOWN = 100
"""How many intervals are shown of which no beginning is said."""
_SHORTEST = {
    Interval.HOUR: timedelta(hours=1),
    Interval.DAY: timedelta(days=1),
    Interval.WEEK: timedelta(weeks=1),
    Interval.MONTH: timedelta(days=28),
}
_YEARS = (1970, 2999)


@dataclass(frozen=True, slots=True)
class ViewCandles:
    """The sales of a product, or of one size, in candles of an hour, a day, a week or a month.

    Only standing sales count; an interval without one has no candle. The first and the last
    interval are whole, also when `start` or `end` falls inside. Without an end the candles go up
    to now, and without a start a hundred intervals back.
    """

    known_sizes: KnownSizes
    tape: Tape
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
        """Return them, oldest first.

        Raises InvalidSize, NotFound, SizeNotOffered, and OutOfRange for too long a span.
        """
        _, only = await self.known_sizes.find(product_id, size)
        last = end_of(self.clock.now() if end is None else _in_utc("to", end), interval)
        begin = last - _SHORTEST[interval] * _SHOWN if start is None else _in_utc("from", start)
        first = start_of(begin, interval)
        span = (last - first) // _SHORTEST[interval]
        if not 0 < span <= MAX_CANDLES:
            raise OutOfRange(field="candles", value=span, minimum=1, maximum=MAX_CANDLES)
        candles = await self.tape.candles(
            product_id,
            Interval.HOUR if interval is Interval.HOUR else Interval.DAY,
            first,
            last,
            condition=condition,
            size=only,
        )
        return merge(candles, interval)


def _in_utc(field: str, instant: datetime) -> datetime:
    """Return an instant in UTC. Raises OutOfRange for years in which nothing was sold."""
    first, last = _YEARS
    if not first <= instant.year <= last:
        raise OutOfRange(field=f"{field}: year", value=instant.year, minimum=first, maximum=last)
    return instant.astimezone(UTC)
