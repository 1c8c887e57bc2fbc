"""Chart the sales that the charts do not have yet."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...ports.chart_backlog import ChartBacklog
from ...ports.charts import Charts
from ...ports.clock import Clock
from ...ports.language.analytics import Sale, TapedSale
from ...ports.transaction import Transaction

_AT_ONCE = 500
"""The number of sales that are charted at once."""
_AGAIN = 5.0
"""After so many seconds, voids are written again."""
_LATEST = 60.0
"""How many seconds a write may arrive late."""
_REMEMBERED = 10_000
"""How many voids are written again, the latest."""


@dataclass(slots=True)
class ChartSales:
    """Brings charts outside the store up to date with the tape.

    It charts what the tape says of a sale and not what an event said, so it does not matter how
    often and in what sequence sales are recorded and voided. What was charted when it fails is
    charted again, which changes nothing.

    A write that failed may arrive later, and undo a void that was written after it. So voids are
    written again for a while. Nothing is voided and sold again, so no other write is undone.
    """

    transaction: Transaction
    backlog: ChartBacklog
    charts: Charts
    clock: Clock
    """Of the real time."""
    _voided: deque[tuple[float, Sale]] = field(
        default_factory=lambda: deque(maxlen=_REMEMBERED), init=False
    )
    """The latest voids, and when they were written first."""
    _again_at: float | None = field(default=None, init=False)
    """When they are written again. None if there are none."""

    async def __call__(self) -> int:
        """Return how many sales were charted: none if the charts are up to date.

        Raises Unavailable, after which retry.
        """
        waiting = await self.backlog.first(_AT_ONCE)
        standing = [taped.sale for taped in waiting if not taped.voided]
        voided = [taped.sale for taped in waiting if taped.voided]
        if standing:
            await self.charts.put(*standing)
        if voided:
            await self.charts.void(*voided)
            self._remember(voided)
        if waiting:
            async with self.transaction():
                await self.backlog.settle(waiting)
        await self._void_again()
        return len(waiting)

    async def next_sale(self) -> TapedSale | None:
        """Return a sale that the charts do not have yet, or None. Raises Unavailable."""
        waiting = await self.backlog.first(1)
        return waiting[0] if waiting else None

    def _remember(self, voided: Sequence[Sale]) -> None:
        now = self.clock.elapsed()
        self._voided.extend((now, sale) for sale in voided)
        if self._again_at is None:
            self._again_at = now + _AGAIN

    async def _void_again(self) -> None:
        now = self.clock.elapsed()
        if self._again_at is None or now < self._again_at:
            return
        await self.charts.void(*(sale for _, sale in self._voided))
        while self._voided and self._voided[0][0] + _LATEST <= now:
            self._voided.popleft()
        self._again_at = now + _AGAIN if self._voided else None
