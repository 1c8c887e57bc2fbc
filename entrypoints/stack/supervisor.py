"""Starts the programs of a stack in order, keeps them running, and stops them in order."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from .child import Child
from .logs import keep_small
from .program import Program, Stage

_MOST_FAILURES = 6
"""How often a program may end at the start, before it answers, until that is an error. PostgreSQL
ends while what it had started before a crash is still there, and processes if a server is slow."""
_PATIENCE = 600.0
"""Seconds in which a program has to answer at the start, with all attempts."""
_LEAST = 180.0
"""Seconds that it has in any case: a busy machine may fail it several times."""
_STOPS_WITHIN = {Stage.HTTP: 10.0, Stage.WORKER: 15.0, Stage.SERVER: 15.0}
"""Seconds that the programs of a stage have to end."""
_LOOK_EVERY = 5.0
_POLL = 0.05


class DidNotStart(ValueError):
    """A program that did not come up, with the end of its log."""


class Supervisor:
    """The programs of a stack and their state."""

    def __init__(self, logs: Path) -> None:
        self.children: list[Child] = []
        self.at_once = asyncio.Event()
        """Set when all has to end at once."""
        self._logs = logs
        self._tasks: list[asyncio.Task[None]] = []
        self._housekeeping = asyncio.create_task(self._keep_logs_small())

    async def start(
        self,
        programs: Sequence[Program],
        told: Callable[[str], None] = lambda _: None,
        *,
        beside: int | None = None,
    ) -> None:
        """Start programs, and wait until all answer.

        So many are started `beside` each other, by default all. `told` is told of each that
        answers, or ends before. Raises DidNotStart.
        """
        children = [Child(program, self._logs) for program in programs]
        self.children += children
        places = asyncio.Semaphore(beside or len(children))
        try:
            async with asyncio.TaskGroup() as starting:
                for child in children:
                    starting.create_task(self._start(child, places, told))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None

    async def _start(
        self, child: Child, places: asyncio.Semaphore, told: Callable[[str], None]
    ) -> None:
        async with places:
            self._tasks.append(asyncio.create_task(child.run()))
            loop = asyncio.get_running_loop()
            began, failures = loop.time(), 0
            while not child.ready.is_set():
                waited = loop.time() - began
                if waited > _PATIENCE or (child.failures >= _MOST_FAILURES and waited > _LEAST):
                    raise DidNotStart(f"{child.program.name} does not start; {child.why()}")
                if child.failures > failures:
                    failures = child.failures
                    told(f"{child.program.name} has ended, and is started again: {child.last()}")
                await asyncio.sleep(_POLL)
            told(child.program.name)

    async def stop(self) -> None:
        """Stop all: first what answers HTTP, then the workers, then the servers."""
        for stage in sorted(Stage, reverse=True):
            stopped = [child for child in self.children if child.program.stage is stage]
            patience = _STOPS_WITHIN[stage]
            await asyncio.gather(*(child.stop(patience, self.at_once) for child in stopped))
        await asyncio.gather(*self._tasks)
        self._housekeeping.cancel()
        await asyncio.gather(self._housekeeping, return_exceptions=True)

    async def _keep_logs_small(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            for child in self.children:
                keep_small(child.log)
