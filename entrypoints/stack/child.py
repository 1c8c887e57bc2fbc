"""A program as a child of the stack, which is started again when it ends."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Literal

from .logs import last_lines, log_file, open_log
from .probes import wait_until
from .program import Program, guarded

State = Literal["waits", "starts", "runs", "stops", "ended"]
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 10.0
_STEADY = 30.0
"""Seconds after which a program that ran has proven itself, and pauses begin anew."""
_PATIENCE = 200.0
"""Seconds in which a program has to answer, before it is started again. What is only slow must have
more than it needs on a busy machine: started again, it would begin anew."""
_LAST = 5.0
"""Seconds in which a program ends that must end at once. Then its own process is killed."""


class Child:
    """Runs one program, again and again, until it is stopped."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.log = log_file(logs, program.name)
        self.state: State = "waits"
        self.restarts = 0
        self.pid: int | None = None
        self.ready = asyncio.Event()
        """Set while it answers."""
        self.failures = 0
        """How often in a row it has ended before it answered."""
        self._process: asyncio.subprocess.Process | None = None
        self._asked_to_stop = asyncio.Event()

    async def run(self) -> None:
        """Run it until `stop`."""
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE
        while not self._stops:
            began = loop.time()
            await self._run_once()
            if self._asked_to_stop.is_set():
                break
            self.restarts += 1
            self.state = "waits"
            pause = _FIRST_PAUSE if loop.time() - began > _STEADY else pause
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._asked_to_stop.wait()
            pause = min(2 * pause, _LONGEST_PAUSE)
        self.state = "ended"

    async def stop(self, patience: float, at_once: asyncio.Event) -> None:
        """Ask it to end, and end it after some seconds or `at_once`."""
        self._asked_to_stop.set()
        process = self._process
        if process is None:
            return
        self.state = "stops"
        _send(process, self.program.stops_on)
        ended = asyncio.ensure_future(process.wait())
        hurry = asyncio.ensure_future(at_once.wait())
        await asyncio.wait((ended, hurry), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if not ended.done():
            await self._end(process)
        await ended

    def why(self) -> str:
        """Return the end of its log."""
        return f"the end of {self.log}:\n{last_lines(self.log)}"

    def last(self) -> str:
        """Return the last line of its log."""
        return last_lines(self.log, 1)

    @property
    def _stops(self) -> bool:
        return self._asked_to_stop.is_set()

    async def _run_once(self) -> None:
        program, self.state = self.program, "starts"
        log = open_log(self.log)
        try:
            process = self._process = await asyncio.create_subprocess_exec(
                *guarded(program.command, user=program.user, ends_on=program.ends_on),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=program.environment,
                start_new_session=True,  # Ctrl-C is for the stack, which stops all in good order
            )
        finally:
            os.close(log)
        self.pid = process.pid
        if self._stops:
            await self._end(process)
        looking = asyncio.create_task(self._look(process))
        try:
            await process.wait()
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            self.failures = 0 if self.ready.is_set() else self.failures + 1
            self.ready.clear()
            self.pid = self._process = None

    async def _look(self, process: asyncio.subprocess.Process) -> None:
        """Note when it answers, and end it if it does not in time."""
        with suppress(TimeoutError):
            await wait_until(self.program.is_ready, patience=_PATIENCE)
            if not self._stops:
                self.state = "runs"
            self.ready.set()
            return
        await self._end(process)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        _send(process, self.program.ends_on)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST):
                await process.wait()
        if process.returncode is None:
            _send(process, signal.SIGKILL)


def _send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)
