"""The line from a process to its leases, which may break, and the process's stopwatch."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.leases import Lease
from solebook.ports.leases import Leases


class LeaseLine(Leases):
    """The line from a process to the leases, which may break."""

    def __init__(self, leases: Leases, clock: VirtualClock) -> None:
        self._leases = leases
        self._clock = clock
        self.fails = self.hangs = False
        self.delay = 0.0

    async def now(self) -> datetime:
        return await self._leases.now()

    async def acquire(self, name: str, holder: str, life: timedelta) -> Lease | None:
        await self._pass()
        return await self._leases.acquire(name, holder, life)

    async def renew(self, lease: Lease, life: timedelta) -> Lease | None:
        await self._pass()
        return await self._leases.renew(lease, life)

    async def renew_all(self, leases: Sequence[Lease], life: timedelta) -> Sequence[Lease]:
        await self._pass()
        return await self._leases.renew_all(leases, life)

    async def held(self, names: Collection[str]) -> Mapping[str, Lease]:
        await self._pass()
        return await self._leases.held(names)

    async def release(self, lease: Lease) -> None:
        await self._pass()
        await self._leases.release(lease)

    async def holder(self, name: str) -> Lease | None:
        return await self._leases.holder(name)

    async def _pass(self) -> None:
        await self._clock.sleep(self.delay)
        if self.hangs:
            await asyncio.get_running_loop().create_future()
        if self.fails:
            raise Unavailable(what="the store")


class InterruptedStopwatch(VirtualStopwatch):
    """A stopwatch of a process that may be stopped, so that nothing of it runs meanwhile."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.stopped_for = 0.0

    def elapsed(self) -> float:
        return super().elapsed() + self.stopped_for
