"""The system clock, and a clock that can be moved forward."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock

from ...ports.clock import Clock, MovableClock
from .stopwatch import SystemStopwatch

_log = logging.getLogger(__name__)

_wall_clock: Callable[[], datetime] = partial(datetime.now, UTC)

_NONE = timedelta(0)
_LOOK_EVERY = 0.25
"""Seconds between two looks at the wall clock."""
_JUMP = timedelta(seconds=60)
"""A difference from the wall clock above which that has jumped and is not followed at once."""
_STANDS_AFTER = 600.0
"""Seconds after which a jump is believed."""
_OVERTAKEN = timedelta(milliseconds=1)
"""How far the clock may be ahead when the wall clock has overtaken it."""
_DRAWN = 0.05
"""How much faster or slower the clock runs while it is drawn toward the wall clock."""
_CREEPS = 0.5
"""How much slower it runs while it waits for the wall clock to overtake it."""


@dataclass(frozen=True, slots=True)
class _Pace:
    """How the clock runs from one look at the wall clock to the next."""

    told: datetime
    """What it showed at the look."""
    mark: float
    """The stopwatch at the look."""
    gap: float = 0.0
    """How many seconds it has to gain, or to lose if negative."""
    most: float = _DRAWN
    """How many of them it may gain or lose in a second."""

    def at(self, mark: float) -> datetime:
        passed = mark - self.mark
        most = passed * self.most
        seconds = passed + max(-most, min(self.gap, most))
        return self.told + timedelta(microseconds=int(seconds * 1e6))


class SystemClock(Clock):
    """The wall clock's time at the start, and since then the time that a stopwatch counts.

    It is drawn toward the wall clock, by at most 5 % of the time that passes. Where that jumps by
    more than a minute, an operator or a defect has set it: the jump is logged, `trouble` tells it,
    and it is followed when it has stood for ten minutes. Back, the clock is not set but creeps, at
    half the speed, until the wall clock has overtaken it. Thread-safe.
    """

    def __init__(
        self,
        wall_clock: Callable[[], datetime] = _wall_clock,
        elapsed: Callable[[], float] | None = None,
    ) -> None:
        """Create it. `elapsed` returns the seconds of a stopwatch, by default the system's."""
        self._wall_clock = wall_clock
        self._elapsed = SystemStopwatch().elapsed if elapsed is None else elapsed
        self._lock = Lock()
        self._pace = _Pace(wall_clock(), self._elapsed())
        self._jump: tuple[timedelta, float] | None = None
        """The jump that is not followed yet, and the stopwatch when it was seen."""
        self._creeps = False
        self._excused = False

    def now(self) -> datetime:
        mark = self._elapsed()
        pace = self._pace
        if mark - pace.mark >= _LOOK_EVERY:
            pace = self._look()
        return pace.at(max(mark, pace.mark))

    def elapsed(self) -> float:
        return self._elapsed()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def not_before(self, instant: datetime) -> None:
        """Show at least this aware instant from now on, which is stored already.

        If it has not come yet by the wall clock, the clock creeps until it has.
        """
        with self._lock:
            mark = self._elapsed()
            told = self._pace.at(max(mark, self._pace.mark))
            if instant <= told:
                return
            behind = instant - self._wall_clock()
            _log.warning(
                "the system's time is %s, %s behind what is stored; the clock goes on from %s at "
                "half the speed until it is overtaken",
                *(_shown(told), behind, _shown(instant)),
            )
            self._jump, self._creeps, self._excused = None, True, True
            self._set(mark, instant, -behind, _CREEPS)

    @property
    def excused(self) -> timedelta:
        """How far it is ahead of the wall clock because of what is stored."""
        now = self.now()
        return max(_NONE, now - self._wall_clock()) if self._excused else _NONE

    @property
    def trouble(self) -> str | None:
        """What is wrong with the wall clock or this one at present, or None."""
        now = self.now()
        if self._jump is not None:
            left = max(0.0, _STANDS_AFTER - (self._elapsed() - self._jump[1]))
            return f"the system's time {_jumped(self._jump[0])}; it is followed in {left:.0f} s"
        if self._creeps:
            ahead = now - self._wall_clock()
            return f"the clock is {ahead} ahead of the system's time and runs at half the speed"
        return None

    def _look(self) -> _Pace:
        """Compare with the wall clock and decide how the clock runs until the next look."""
        with self._lock:
            mark = self._elapsed()
            if mark - self._pace.mark < _LOOK_EVERY:
                return self._pace  # another thread has just looked
            told = self._pace.at(mark)
            gap = self._wall_clock() - told
            if abs(gap) <= _JUMP:
                self._note_agreement(gap)
                self._set(mark, told, gap, _CREEPS if self._creeps else _DRAWN)
            elif self._creeps and gap < _NONE:
                self._set(mark, told, gap, _CREEPS)
            elif not self._stands(gap, mark):
                self._set(mark, told, _NONE, _DRAWN)
            else:
                self._follow(mark, told, gap)
            return self._pace

    def _set(self, mark: float, told: datetime, gap: timedelta, most: float) -> None:
        self._pace = _Pace(told, mark, gap.total_seconds(), most)

    def _note_agreement(self, gap: timedelta) -> None:
        if self._jump is not None:
            _log.warning("the system's time is back; its jump was not followed")
            self._jump = None
        if self._creeps and gap >= -_OVERTAKEN:
            _log.warning("the system's time has overtaken the clock, which follows it again")
            self._creeps = self._excused = False

    def _stands(self, gap: timedelta, mark: float) -> bool:
        """Whether the wall clock has been where it is for long enough; the first time, log it."""
        jump = self._jump
        if jump is None or abs(gap - jump[0]) > _JUMP:
            self._creeps = self._excused = False
            self._jump = jump = gap, mark
            _log.error(
                "the system's time %s; the clock runs on, and follows if that lasts ten minutes",
                _jumped(gap),
            )
        return mark - jump[1] >= _STANDS_AFTER

    def _follow(self, mark: float, told: datetime, gap: timedelta) -> None:
        self._jump = None
        if gap > _NONE:
            _log.error("the clock follows the system's time, which %s", _jumped(gap))
            self._set(mark, told + gap, _NONE, _DRAWN)
            return
        _log.error("the system's time %s; the clock creeps until it is overtaken", _jumped(gap))
        self._creeps = True
        self._set(mark, told, gap, _CREEPS)


def _jumped(gap: timedelta) -> str:
    return f"jumped {'forward' if gap > _NONE else 'back'} by {abs(gap)}"


def _shown(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


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
        self._gained = timedelta(0)
        """How far it was moved."""
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

    def elapsed(self) -> float:
        return self._real.elapsed() + self._gained.total_seconds()

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
        self._gained += by
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
