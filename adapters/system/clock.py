"""The machine's clock, as it is or moved forward by hand."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ...ports.clock import Clock


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class SystemClock(Clock):
    """The machine's time. When that is set back, this stands still until it has caught up."""

    def __init__(self, wall_clock: Callable[[], datetime] = _wall_clock) -> None:
        self._wall_clock = wall_clock
        self._latest = wall_clock()

    def now(self) -> datetime:
        self._latest = max(self._latest, self._wall_clock())
        return self._latest

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class AdjustableClock(Clock):
    """A clock that starts at any instant, runs as fast as the machine's, and can be moved forward.

    It is for demonstrations: a month passes when somebody says so, and whoever slept through it
    wakes at once. It belongs to one event loop and is moved from there.
    """

    def __init__(self, start: datetime | None = None, real: Clock | None = None) -> None:
        """Begin at `start`, an aware instant, or at this instant. Raises ValueError if naive."""
        self._real = SystemClock() if real is None else real
        self._ahead = timedelta(0) if start is None else _aware(start) - self._real.now()
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._real.now() + self._ahead

    async def sleep(self, seconds: float) -> None:
        wake_at = self.now() + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        while (remaining := (wake_at - self.now()).total_seconds()) > 0:
            await self._wait(remaining)

    def advance(self, by: timedelta) -> None:
        """Move the time on. Raises ValueError for a step back."""
        if by < timedelta(0):
            raise ValueError("time never goes backwards")
        self._ahead += by
        self._moved.set()
        self._moved = asyncio.Event()

    def move_to(self, instant: datetime) -> None:
        """Move the time on to an aware instant. Raises ValueError if that has passed already."""
        self.advance(_aware(instant) - self.now())

    async def _wait(self, seconds: float) -> None:
        """Wait for real, but no longer than until the clock is moved."""
        moved = asyncio.ensure_future(self._moved.wait())
        passed = asyncio.ensure_future(self._real.sleep(seconds))
        try:
            await asyncio.wait((moved, passed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
            passed.cancel()


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {instant}")
    return instant.astimezone(UTC)
