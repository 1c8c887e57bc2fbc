"""The port to what is measured of a process."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from .language.waiting_work import WaitingInStore


class Measurements(Protocol):
    """Takes counts and durations for those who watch the exchange.

    Every call is fast and raises nothing. Names are few: whoever calls this makes no name of
    anything that a client may choose.
    """

    @property
    def is_used(self) -> bool:
        """Whether anybody may read what is measured."""
        ...

    # ---- HTTP ----------------------------------------------------------------------------

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered. `route` is a template of paths.

        The `method` of a call of a service is `RPC`, and its `route` the name of the call.
        """
        ...

    def watch_streams(self, count: Callable[[], int]) -> None:
        """Ask `count` for the number of open live streams whenever somebody reads it."""
        ...

    # ---- trading -------------------------------------------------------------------------

    def batch(self, *, bids: int, asks: int, matches: int, quotes: int, seconds: float) -> None:
        """Count what the engine has committed, and how long the commit took.

        `quotes` is the number of quotes that it wrote.
        """
        ...

    def batch_failed(self) -> None:
        """Count a batch of the engine that was not committed, or nobody knows."""
        ...

    def confirmed(self, seconds: float) -> None:
        """Count an order that was confirmed so many seconds after its match."""
        ...

    # ---- background work -----------------------------------------------------------------

    def loop_began(self, role: str, loop: str) -> None:
        """Note that a loop is running."""
        ...

    def loop_failed(self, role: str, loop: str) -> None:
        """Count a failure of a loop, which runs again after a pause."""
        ...

    def loop_ended(self, role: str, loop: str) -> None:
        """Note that a loop has ended."""
        ...

    def event_loop_lagged(self, seconds: float) -> None:
        """Count once more by how much later than planned the event loop has run something."""
        ...

    # ---- observations --------------------------------------------------------------------

    def waiting(self, waiting: WaitingInStore, *, now: datetime, real_now: datetime) -> None:
        """Replace what is known of the store. `now` is the time that its instants follow."""
        ...

    def dependencies(self, answers: Mapping[str, bool]) -> None:
        """Replace what is known of the dependencies: whether each is as it should be."""
        ...
