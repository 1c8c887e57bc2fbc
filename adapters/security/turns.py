"""A line in which sources take turns."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...ports.language.sources import Source

_Waiting = asyncio.Future[None]


class LineFull(Exception):
    """Nobody else may wait now."""


class Turns:
    """Lets one caller work at a time. The sources that wait take turns, and so do their calls.

    Trusted sources have a line of their own. If both lines wait, they alternate. Up to `most` calls
    of a line are accepted, including the running one, and a few of each source. If a line is full,
    the newest call of the source with the most gives way to one of a source that has fewer.
    """

    def __init__(self, most: int, most_of_one: int = 8) -> None:
        self._lines = {trusted: _Line(most, most_of_one) for trusted in (False, True)}
        self._last = False
        self._working = False

    @property
    def inside(self) -> int:
        """How many calls were accepted and have not ended."""
        return sum(line.inside for line in self._lines.values())

    @asynccontextmanager
    async def turn(self, source: Source) -> AsyncIterator[None]:
        """Wait for the turn of this call. Raises LineFull, at once or while it waits."""
        line = self._lines[source.trusted]
        line.enter(source.name)
        try:
            if self._working:
                await self._called(line, source.name)
            self._working = True
            try:
                yield
            finally:
                self._working = False
                self._call_next()
        finally:
            line.leave(source.name)

    def close(self) -> None:
        """Cancel all calls that wait."""
        for line in self._lines.values():
            line.cancel()

    async def _called(self, line: "_Line", name: str) -> None:
        call = line.add(name)
        try:
            await call
        except asyncio.CancelledError:
            line.remove(name, call)
            if call.done() and not call.cancelled():  # it was called, and cannot come any more
                self._working = False
                self._call_next()
            raise

    def _call_next(self) -> None:
        for trusted in (not self._last, self._last):
            called = self._lines[trusted].next()
            if called is not None:
                self._last = trusted
                # Before the caller runs: nobody who comes in between may take the turn.
                self._working = True
                called.set_result(None)
                return


class _Line:
    """The calls of the sources that wait; the sources in the order of their next turns."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._waiting: dict[str, deque[_Waiting]] = {}
        self._inside: dict[str, int] = {}
        """The calls of each source that were accepted and have not left."""

    @property
    def inside(self) -> int:
        return sum(self._inside.values())

    def enter(self, name: str) -> None:
        own = self._inside.get(name, 0)
        if own >= self._most_of_one:
            raise LineFull
        if sum(self._inside.values()) >= self._most:
            self._let_one_give_way(own)
        self._inside[name] = own + 1

    def leave(self, name: str) -> None:
        self._inside[name] -= 1
        if not self._inside[name]:
            del self._inside[name]

    def add(self, name: str) -> _Waiting:
        """Return what is done when it is the turn of a new call of a source."""
        call: _Waiting = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, deque()).append(call)
        return call

    def remove(self, name: str, call: _Waiting) -> None:
        """Take a call out that may have been called already."""
        calls = self._waiting.get(name, deque())
        if call in calls:
            calls.remove(call)
            if not calls:
                del self._waiting[name]

    def next(self) -> _Waiting | None:
        """Return who is next. Its source goes to the end of the line."""
        while self._waiting:
            name = next(iter(self._waiting))
            calls = self._waiting.pop(name)
            called = calls.popleft()
            if calls:
                self._waiting[name] = calls
            if not called.done():  # it may have been cancelled
                return called
        return None

    def cancel(self) -> None:
        for calls in self._waiting.values():
            for call in calls:
                call.cancel()

    def _let_one_give_way(self, own: int) -> None:
        """Refuse the newest call of the source with the most, for one of a source with less.

        Raises LineFull if no source has clearly more.
        """
        calls = max(self._waiting.values(), key=len, default=deque[_Waiting]())
        if len(calls) < own + 2 or calls[-1].done():
            raise LineFull
        calls.pop().set_exception(LineFull())
