"""The clocks of the demo."""

from datetime import datetime, timedelta
from typing import Protocol

from ...core.operations.move_clock import MoveClock
from ...ports.clock import MovableClock
from ...ports.language.users import OPERATOR


class DemoClock(Protocol):
    """The clock of the exchange on which the demo replays sales."""

    def now(self) -> datetime:
        """Return the exchange's time."""
        ...

    async def advance(self, by: timedelta) -> None:
        """Move it forward by a time."""
        ...

    async def move_to(self, instant: datetime) -> None:
        """Move it forward to an aware instant. Raises ValueError if that has passed."""
        ...


class OwnClock(DemoClock):
    """The clock of an exchange in this process."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    async def advance(self, by: timedelta) -> None:
        self._clock.advance(by)

    async def move_to(self, instant: datetime) -> None:
        self._clock.move_to(instant)


class SharedClock(DemoClock):
    """The clock of an exchange in other processes, which are waited for."""

    def __init__(self, move: MoveClock) -> None:
        self._move = move

    def now(self) -> datetime:
        return self._move.clock.now()

    async def advance(self, by: timedelta) -> None:
        await self._move(OPERATOR, by, reason=_REASON)

    async def move_to(self, instant: datetime) -> None:
        await self._move(OPERATOR, instant, reason=_REASON)


_REASON = "the demo replays sales"
