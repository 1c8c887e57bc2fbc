"""Measurements that nobody reads."""

from collections.abc import Callable, Mapping
from datetime import datetime

from ...ports.language.waiting_work import WaitingInStore
from ...ports.measurements import Measurements


class NoMeasurements(Measurements):
    """Forgets everything."""

    is_used = False

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        pass

    def watch_streams(self, count: Callable[[], int]) -> None:
        pass

    def batch(self, *, bids: int, asks: int, matches: int, quotes: int, seconds: float) -> None:
        pass

    def batch_failed(self) -> None:
        pass

    def confirmed(self, seconds: float) -> None:
        pass

    def loop_began(self, role: str, loop: str) -> None:
        pass

    def loop_failed(self, role: str, loop: str) -> None:
        pass

    def loop_ended(self, role: str, loop: str) -> None:
        pass

    def event_loop_lagged(self, seconds: float) -> None:
        pass

    def waiting(self, waiting: WaitingInStore, *, now: datetime, real_now: datetime) -> None:
        pass

    def dependencies(self, answers: Mapping[str, bool]) -> None:
        pass
