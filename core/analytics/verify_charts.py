"""Verify charts outside the store."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ...ports.chart_backlog import ChartBacklog
from ...ports.charts import ChartReader
from ...ports.clock import Clock
from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.analytics import Candle, Interval
from ...ports.language.ids import ProductId
from ...ports.language.integrity import Check, Finding, Progress, Underway
from ...ports.language.market import Condition
from ...ports.language.text import counted
from ...ports.tape import TapeReader

_START = datetime(1970, 1, 1, tzinfo=UTC)
_TOMORROW = timedelta(days=1)
_MANY = 10_000


@dataclass(frozen=True, slots=True)
class VerifyCharts(Verifier):
    """Checks that charts outside the store have the sales of each product that was sold.

    The daily candles are compared. Charts follow the tape, so what differs is read again until no
    sale waits to be charted, or `pauses` (in seconds, for all products together) are over. If some
    wait for longer, the products that differ are under way.
    """

    tape: TapeReader
    stored: ChartReader
    drawn: ChartReader
    backlog: ChartBacklog
    clock: Clock
    pauses: Sequence[float]

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and days of which the charts differ. Raises Unavailable."""
        books = {summary.book for summary in await self.tape.summaries()}
        charts = sorted({(book.product_id, book.condition) for book in books})
        behind, pauses = 0, list(self.pauses)
        yield Progress("charts", 0, len(charts))
        for done, (product_id, condition) in enumerate(charts, start=1):
            found = await self._differing(product_id, condition)
            while found and pauses and await self.backlog.count(1):
                await self.clock.sleep(pauses.pop())
                found = await self._differing(product_id, condition)
            if found and await self.backlog.count(1):
                behind += 1
            elif found and (found := await self._differing(product_id, condition)):
                subject = f"product {product_id}, {condition}"
                yield Finding(Check.CHARTS, subject, found)
            yield Progress("charts", done, len(charts))
        if behind:
            waiting = await self.backlog.count(_MANY)
            yield Underway(
                "charts",
                f"{counted(waiting, 'sale')} to be charted, of {counted(behind, 'product')}",
            )

    async def _differing(self, product_id: ProductId, condition: Condition) -> str:
        """Return how a product's charts differ from the tape, or an empty text."""
        stored = await self._days(self.stored, product_id, condition)
        drawn = await self._days(self.drawn, product_id, condition)
        if stored == drawn:
            return ""
        expected = {candle.starts_at: candle for candle in stored}
        found = {candle.starts_at: candle for candle in drawn}
        days = [day for day in {**expected, **found} if expected.get(day) != found.get(day)]
        first = min(days)
        more = f", and {len(days) - 1} more days differ" if len(days) > 1 else ""
        return (
            f"on {first:%Y-%m-%d} its chart has {_shown(found.get(first))}; "
            f"it should have {_shown(expected.get(first))}{more}"
        )

    async def _days(
        self, charts: ChartReader, product_id: ProductId, condition: Condition
    ) -> Sequence[Candle]:
        end = self.clock.now() + _TOMORROW
        return await charts.candles(product_id, Interval.DAY, _START, end, condition=condition)


def _shown(candle: Candle | None) -> str:
    if candle is None:
        return "none"
    return (
        f"{counted(candle.sales, 'sale')} of {candle.total} minor units, "
        f"from {candle.open} to {candle.close}, between {candle.low} and {candle.high}"
    )
