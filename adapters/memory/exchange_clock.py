"""The clock that all processes of an exchange share, in memory."""

from collections.abc import Sequence
from datetime import timedelta

from ...ports.exchange_clock import ClockFollowers, ClockOffset
from ...ports.language.exchange_clock import ClockFollower
from .database import MemoryAdapter


class MemoryClockOffset(MemoryAdapter, ClockOffset):
    """One value."""

    async def agreed(self) -> timedelta | None:
        with await self._database.reading():
            return self._tables.clock_offset.get(None)

    async def agree(self, offset: timedelta) -> timedelta:
        await self._database.writing()
        stored = self._tables.clock_offset.get(None)
        if stored is None:
            self._database.put(self._tables.clock_offset, None, offset)
        return offset if stored is None else stored

    async def set(self, offset: timedelta) -> None:
        await self._database.writing()
        self._database.put(self._tables.clock_offset, None, offset)


class MemoryClockFollowers(MemoryAdapter, ClockFollowers):
    """The followers by process."""

    async def beat(self, process: str, offset: timedelta) -> None:
        async with self._database():
            await self._database.writing()
            last = self._tables.clock_followers.get(process)
            beats = 1 if last is None else last.beats + 1
            follower = ClockFollower(process, offset, beats)
            self._database.put(self._tables.clock_followers, process, follower)

    async def all(self) -> Sequence[ClockFollower]:
        with await self._database.reading():
            return sorted(self._tables.clock_followers.values(), key=lambda each: each.process)

    async def remove(self, process: str) -> None:
        async with self._database():
            await self._database.writing()
            if process in self._tables.clock_followers:
                self._database.remove(self._tables.clock_followers, process)
