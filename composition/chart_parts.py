"""The charts of an application."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from ..ports.charts import ChartReader, Charts


class ChartParts(NamedTuple):
    """The charts that are shown, and those outside the store, if there are any."""

    shown: ChartReader
    drawn: Charts | None = None
    check: Callable[[], Awaitable[None]] | None = None
    """Raises Unavailable while those outside are not shown. None if there are none."""
    view_backlog: Callable[[], Awaitable[str]] | None = None
    """Returns how far those outside are behind. None if there are none."""
