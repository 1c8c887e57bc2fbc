"""What may become of a Redis that processes use, and how long they hesitate because of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from ..busy_machine import seconds_short_of_cores
from ..time_limit import stacks
from ..valkey_server import ValkeyServer

T = TypeVar("T")
_Now: TypeAlias = tuple[float, float, float]
"""The time, and how much of it this process stalled, and some program waited for a core."""

_TICK = 0.005
_LONG = 0.4
"""Seconds, a little less than what is tolerated."""


@asynccontextmanager
async def emptied(server: ValkeyServer, seconds: float) -> AsyncIterator[None]:
    """Redis forgets everything, again and again."""

    async def empty() -> None:
        while True:
            await asyncio.to_thread(server.command, "FLUSHALL")
            await asyncio.sleep(0.02)

    emptying = asyncio.create_task(empty())
    try:
        yield
    finally:
        emptying.cancel()
        with suppress(asyncio.CancelledError):
            await emptying


@asynccontextmanager
async def hanging(server: ValkeyServer, seconds: float) -> AsyncIterator[None]:
    """Redis stops for a while, connected to everyone."""
    server.pause()
    began = time.monotonic()
    try:
        yield
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    finally:
        server.resume()


@asynccontextmanager
async def killed(server: ValkeyServer, seconds: float) -> AsyncIterator[None]:
    """Redis is killed, and begins again with nothing."""
    server.kill()
    yield
    server.start()


@asynccontextmanager
async def restarted(server: ValkeyServer, seconds: float) -> AsyncIterator[None]:
    """Redis is stopped, and begins again with nothing at once."""
    server.stop()
    server.start()
    yield


FAULTS = [emptied, hanging, killed, restarted]


@dataclass
class Hesitation:
    """How long calls took, without the time in which this process or a server was not run."""

    longest: float = 0.0
    where: str = ""
    """What every task waited for when a call had taken `_LONG`."""
    _stalled: float = 0.0

    async def of(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what a call returns, and note how long it took."""
        began = self._now()
        telling = asyncio.create_task(self._tell(began))
        try:
            result = await call()
        finally:
            telling.cancel()
        await asyncio.sleep(2 * _TICK)  # so that the last stall is known too
        self.longest = max(self.longest, self._since(began) - 2 * _TICK)
        return result

    def _now(self) -> _Now:
        return time.monotonic(), self._stalled, seconds_short_of_cores()

    def _since(self, began: _Now) -> float:
        """Return the seconds without those that were lost: one that waits for a core may stall."""
        before_and_after = zip(began, self._now(), strict=True)
        seconds, stalled, short = (after - before for before, after in before_and_after)
        return seconds - max(stalled, short)

    async def _tell(self, began: _Now) -> None:
        while (left := _LONG - self._since(began)) > 0:  # noqa: ASYNC110  # it must be late
            await asyncio.sleep(left + 2 * _TICK)
        self.where = stacks()

    async def watch(self) -> None:
        """Add up the time in which this process was not run."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(_TICK)
            self._stalled += max(0.0, time.monotonic() - began - 2 * _TICK)


@contextmanager
def hesitation() -> Iterator[Hesitation]:
    """Measure until the block is left."""
    measured = Hesitation()
    watching = asyncio.create_task(measured.watch())
    try:
        yield measured
    finally:
        watching.cancel()
