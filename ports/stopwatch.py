"""The port to real durations."""

from typing import Protocol


class Stopwatch(Protocol):
    """Measures durations in real time. Nobody can set it, unlike a `Clock`."""

    def elapsed(self) -> float:
        """Return the seconds since some fixed instant. It never goes backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have elapsed."""
        ...
