"""How far charts outside the store are behind the tape."""

import math
from dataclasses import dataclass, field

from ...ports.chart_backlog import ChartBacklog
from ...ports.language.ids import OrderId
from ...ports.stopwatch import Stopwatch

_MANY = 500
"""With so many sales the charts are too incomplete to be shown, however short they wait."""


@dataclass(slots=True)
class ChartLag:
    """Measures how long the first sale in the backlog has been waiting, since it was first seen."""

    backlog: ChartBacklog
    stopwatch: Stopwatch
    _first: OrderId | None = field(default=None, init=False)
    _since: float = field(default=0.0, init=False)

    async def __call__(self) -> float:
        """Return the lag in seconds; infinity if very many sales wait. Raises Unavailable."""
        waiting = await self.backlog.first(1)
        now = self.stopwatch.elapsed()
        if not waiting:
            self._first = None
            return 0.0
        order_id = waiting[0].sale.order_id
        if order_id != self._first:
            self._first, self._since = order_id, now
        if await self.backlog.count(_MANY) >= _MANY:
            return math.inf
        return now - self._since
