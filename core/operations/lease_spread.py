"""Share leases fairly among the processes that are there."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeAlias

from ...ports.language.errors import Unavailable, with_cause
from ...ports.language.leases import Lease
from ...ports.leases import Leases
from ...ports.stopwatch import Stopwatch
from .lease_keeper import LeaseTenure, LeaseTimes, Obstacle

_log = logging.getLogger(__name__)

PartOfWork: TypeAlias = Callable[[int, LeaseTenure], Coroutine[Any, Any, None]]
"""What the owner of a part does until it is cancelled, by the part's number."""

_SOONER = 0.2
"""The part of the usual time after which the next round is when parts will be free soon."""


class _Part:
    """A part that this process has."""

    def __init__(self, tenure: LeaseTenure, task: "asyncio.Task[None]") -> None:
        self.tenure = tenure
        self.task = task


class LeaseSpread:
    """Gets a fair share of numbered parts, each under a lease, and runs their work meanwhile.

    Each process takes a seat, which is a lease too. So every process knows how many there are, and
    which parts are its share. It gives back what is more than that when its work has finished, and
    takes free parts up to its share. As with LeaseKeeper, a tenure is over before the lease is.
    """

    def __init__(
        self,
        leases: Leases,
        stopwatch: Stopwatch,
        *,
        group: str,
        parts: int,
        holder: str,
        times: LeaseTimes | None = None,
        obstacle: Obstacle | None = None,
    ) -> None:
        """Create it for `holder`, which must be unique to this process, in a `group` of parts.

        While there is an `obstacle`, it takes nothing, and gives back what it has.
        """
        self._leases = leases
        self._stopwatch = stopwatch
        self._group = group
        self._count = parts
        self._holder = holder
        self._times = times or LeaseTimes()
        self._life = timedelta(seconds=self._times.life)
        self._obstacle = obstacle
        numbers = range(parts)
        self._seats = [f"{group}.seat.{number}" for number in numbers]
        self._names = [*self._seats, *(f"{group}.{number}" for number in numbers)]
        self._seat: Lease | None = None
        self._parts: dict[int, _Part] = {}
        self._reason: str | None = None
        self._lacks_parts = False
        """Whether others have parts that belong to the share of this process."""

    @property
    def owned(self) -> frozenset[int]:
        """The parts for which this process may act."""
        return frozenset(n for n, part in self._parts.items() if not part.tenure.is_over)

    @property
    def reason(self) -> str | None:
        """Why this process may own nothing, or None if it may."""
        return self._reason

    async def run(self, work: PartOfWork) -> None:
        """Run `work` for each part that this process has, until cancelled."""
        try:
            while True:
                try:
                    async with asyncio.timeout(self._times.life):
                        await self._round(work)
                except (Unavailable, TimeoutError) as error:
                    why = with_cause(error)
                    _log.warning("nobody knows who has the parts of %s: %s", self._group, why)
                self._end_lost()
                await self._rest()
        finally:
            await self._leave()

    async def _rest(self) -> None:
        """Wait until the next round, and release the parts whose work ends meanwhile.

        The next round is sooner while others have yet to give back parts of this process's share.
        """
        seconds = self._times.every * (_SOONER if self._lacks_parts else 1.0)
        sleeping = asyncio.ensure_future(self._stopwatch.sleep(seconds))
        try:
            while not sleeping.done():
                working = [part.task for part in self._parts.values()]
                await asyncio.wait({sleeping, *working}, return_when=asyncio.FIRST_COMPLETED)
                with suppress(Unavailable, TimeoutError):  # then the leases end by themselves
                    async with asyncio.timeout(self._times.life):
                        await self._release_finished()
        finally:
            sleeping.cancel()

    async def _round(self, work: PartOfWork) -> None:
        """Renew what this process has, and come closer to its share."""
        self._lacks_parts = False
        await self._renew()
        await self._release_finished()
        if await self._is_hindered():
            self._give_back(len(self._parts))
            await self._leave_seat()
            return
        held = await self._leases.held(self._names)
        if self._seat is None and not await self._take_seat(held):
            return
        share = self._share_of(held)
        self._give_back(len(self._parts) - share)
        await self._take(share - len(self._parts), held, work)
        self._lacks_parts = len(self._parts) < share

    async def _renew(self) -> None:
        asked = self._stopwatch.elapsed()
        seat = [] if self._seat is None else [self._seat]
        leases = [*seat, *(part.tenure.lease for part in self._parts.values())]
        if not leases:
            return
        renewed = {lease.name: lease for lease in await self._leases.renew_all(leases, self._life)}
        self._seat = None if self._seat is None else renewed.get(self._seat.name)
        for part in self._parts.values():
            lease = renewed.get(part.tenure.lease.name)
            if lease is None:
                part.tenure.end()
            else:
                part.tenure.extend(lease, self._times.end_of_tenure(asked))
        self._end_lost()

    def _end_lost(self) -> None:
        for number, part in self._parts.items():
            if part.tenure.is_over and not part.task.cancelling() and not part.task.done():
                _log.warning(
                    "part %d of %s was lost: another process may have it", number, self._group
                )
                part.task.cancel()

    async def _release_finished(self) -> None:
        """Release the parts whose work has ended, by itself or because it was told to."""
        for number, part in list(self._parts.items()):
            if not part.task.done():
                continue
            del self._parts[number]
            if not part.task.cancelled() and (error := part.task.exception()) is not None:
                if isinstance(error, Unavailable):
                    _log.warning("part %d of %s pauses: %s", number, self._group, with_cause(error))
                else:
                    _log.error("part %d of %s failed", number, self._group, exc_info=error)
            was_over = part.tenure.is_over
            part.tenure.end()
            if not was_over:
                await self._leases.release(part.tenure.lease)

    async def _is_hindered(self) -> bool:
        if self._obstacle is None:
            return False
        before, self._reason = self._reason, await self._obstacle()
        if self._reason is not None and self._reason != before:
            _log.error("this process takes no part of %s: %s", self._group, self._reason)
        return self._reason is not None

    async def _take_seat(self, held: Mapping[str, Lease]) -> bool:
        """Take a free seat, and return whether there was one. There are as many as parts."""
        for name in self._seats:
            if name not in held:
                self._seat = await self._leases.acquire(name, self._holder, self._life)
                if self._seat is not None:
                    return True
        return False

    async def _leave_seat(self) -> None:
        if self._seat is not None:
            await self._leases.release(self._seat)
            self._seat = None

    def _share_of(self, held: Mapping[str, Lease]) -> int:
        """Return how many parts belong to this process."""
        assert self._seat is not None
        taken = [name for name in self._seats if name in held or name == self._seat.name]
        share, rest = divmod(self._count, len(taken))
        return share + (taken.index(self._seat.name) < rest)

    def _give_back(self, count: int) -> None:
        """Let the work of some parts finish. They are released when it has."""
        finishing = sum(bool(part.task.cancelling()) for part in self._parts.values())
        others = [part for part in self._parts.values() if not part.task.cancelling()]
        for part in others[: max(0, count - finishing)]:
            part.task.cancel()

    async def _take(self, count: int, held: Mapping[str, Lease], work: PartOfWork) -> None:
        """Take free parts."""
        for number in range(self._count):
            if count <= 0:
                return
            name = f"{self._group}.{number}"
            if name in held or number in self._parts:
                continue
            asked = self._stopwatch.elapsed()
            lease = await self._leases.acquire(name, self._holder, self._life)
            if lease is not None:
                tenure = LeaseTenure(lease, self._stopwatch, self._times.end_of_tenure(asked))
                task = asyncio.create_task(work(number, tenure), name=name)
                self._parts[number] = _Part(tenure, task)
                count -= 1

    async def _leave(self) -> None:
        """Let all work finish for a while, and give back everything."""
        for part in self._parts.values():
            part.task.cancel()
        if self._parts:
            tasks = [part.task for part in self._parts.values()]
            await asyncio.wait(tasks, timeout=self._times.grace)
        try:
            async with asyncio.timeout(self._times.life):
                await self._release_finished()
                await self._leave_seat()
        except (Unavailable, TimeoutError) as error:
            _log.warning("the parts of %s end by themselves: %s", self._group, with_cause(error))
        for part in self._parts.values():
            part.tenure.end()
        self._parts.clear()
        self._seat = None
