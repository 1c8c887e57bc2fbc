"""The system clock, and a clock that can be moved forward."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from ...ports.clock import Clock, MovableClock

_wall_clock: Callable[[], datetime] = partial(datetime.now, UTC)


class SystemClock(Clock):
    """The system time, made monotonic: if the system clock is set back, this one stands still."""

    def __init__(self, wall_clock: Callable[[], datetime] = _wall_clock) -> None:
        self._wall_clock = wall_clock
        self._latest = wall_clock()

    def now(self) -> datetime:
        now = self._wall_clock()
        if now > self._latest:
            self._latest = now
        return self._latest

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class AdjustableClock(MovableClock):
    """A clock that starts at any instant, runs in real time, and can be moved forward.

    It is for demos: moving it forward wakes every sleeper whose time has come. It must be used from
    one event loop.
    """

    def __init__(
        self,
        start: datetime | None = None,
        real: Clock | None = None,
        *,
        ahead: timedelta = timedelta(0),
    ) -> None:
        """Start at `start`, an aware datetime, or `ahead` of now. Raises ValueError if naive."""
        self._real = SystemClock() if real is None else real
        self._ahead = ahead if start is None else _aware(start) - self._real.now()
        self._moved = asyncio.Event()

    @property
    def real(self) -> Clock:
        """The clock from which this one differs by `ahead`."""
        return self._real

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of the real time; negative in the past."""
        return self._ahead

    def now(self) -> datetime:
        return self._real.now() + self._ahead

    async def sleep(self, seconds: float) -> None:
        wake_at = self.now() + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        while (remaining := (wake_at - self.now()).total_seconds()) > 0:
            await self._wait(remaining)

    def advance(self, by: timedelta) -> None:
        """Move the time forward. Raises ValueError for a negative step."""
        if by < timedelta(0):
            raise ValueError("time never goes backwards")
        self._ahead += by
        self._moved.set()
        self._moved = asyncio.Event()

    def move_to(self, instant: datetime) -> None:
        """Move the time forward to an aware instant. Raises ValueError if it has passed."""
        self.advance(_aware(instant) - self.now())

    async def _wait(self, seconds: float) -> None:
        """Wait in real time, at most until the clock is moved."""
        moved = asyncio.ensure_future(self._moved.wait())
        passed = asyncio.ensure_future(self._real.sleep(seconds))
        try:
            await asyncio.wait((moved, passed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
            passed.cancel()


def real_clock_of(clock: Clock) -> Clock:
    """Return the clock that nobody moves: the one behind an `AdjustableClock`, or the clock."""
    return clock.real if isinstance(clock, AdjustableClock) else clock


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {instant}")
    return instant.astimezone(UTC)
