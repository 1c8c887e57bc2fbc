"""Follow the clock that all processes of a demo share."""

import asyncio
import logging
from datetime import timedelta

from ...ports.clock import MovableClock
from ...ports.exchange_clock import CLOCK, ClockFollowers, ClockOffset
from ...ports.language.errors import Unavailable
from ...ports.stopwatch import Stopwatch
from ...ports.wakeups import Wakeups

_log = logging.getLogger(__name__)

_BEAT = 1.0
"""Seconds between two looks at the offset, if no wake-up comes."""


def catch_up(clock: MovableClock, offset: timedelta) -> None:
    """Move a clock forward until it is ahead of real time by `offset`, unless it is already."""
    if offset > clock.ahead:
        clock.advance(offset - clock.ahead)


class FollowClock:
    """Moves the clock of this process whenever somebody has moved the exchange's.

    It notes that this process is there, and which offset its clock has, so that whoever moves the
    exchange's clock can wait for it.
    """

    def __init__(
        self,
        *,
        offset: ClockOffset,
        followers: ClockFollowers,
        wakeups: Wakeups,
        clock: MovableClock,
        stopwatch: Stopwatch,
        process: str,
    ) -> None:
        """Create it for a `process` of a unique name, whose time is that of `clock`."""
        self._offset = offset
        self._followers = followers
        self._clock = clock
        self._stopwatch = stopwatch
        self._process = process
        self._moved = asyncio.Event()
        wakeups.subscribe(CLOCK, self._moved.set)

    async def begin(self) -> None:
        """Join the followers, with the clock as it is agreed. Raises Unavailable.

        Whoever moves the clock from now on waits for this process.
        """
        # The note comes first: whoever does not find it has moved the clock before this look.
        await self._followers.beat(self._process, self._clock.ahead)
        await self._catch_up()
        await self._followers.beat(self._process, self._clock.ahead)

    async def run(self) -> None:
        """Follow the clock until cancelled."""
        while True:
            await self._wait()
            try:
                await self._catch_up()
                await self._followers.beat(self._process, self._clock.ahead)
            except Unavailable as error:
                _log.warning("nobody knows whether the clock was moved: %s", error)

    async def end(self) -> None:
        """Leave the followers, so that nobody waits for this process."""
        try:
            await self._followers.remove(self._process)
        except Unavailable as error:
            _log.warning("it stays noted that this process follows the clock: %s", error)

    async def _catch_up(self) -> None:
        agreed = await self._offset.agreed()
        if agreed is not None:
            catch_up(self._clock, agreed)

    async def _wait(self) -> None:
        """Wait for a wake-up, or for the next beat."""
        waits = [
            asyncio.ensure_future(self._moved.wait()),
            asyncio.ensure_future(self._stopwatch.sleep(_BEAT)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._moved.clear()
