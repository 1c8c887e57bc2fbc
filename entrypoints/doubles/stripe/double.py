"""The double: a machine with a clock, a journal and webhooks. Tests can use it in their process."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from .answers import Answer, Command
from .faults import Faults
from .journal import Journal, MemoryJournal
from .machine import Machine
from .state import Object, State
from .webhooks import PATIENCE, Webhooks

_log = logging.getLogger("solebook.double")
_LONGEST_WAIT = 60.0
"""Seconds after which the double looks at the clock again, which may have been set."""


class StripeDouble:
    """Answers calls one after another. An answer is given when its effect is stored."""

    def __init__(
        self, journal: Journal | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Repeat what is in the journal. `clock` returns seconds since 1970."""
        self.faults = Faults()
        self.webhooks = Webhooks(lambda: self.state, self.now, self._delivered)
        self.base = ""
        """The URL of the double's own pages."""
        self._clock = clock
        self._journal = journal or MemoryJournal()
        self._machine = Machine(self._journal.seed)
        self._changed = asyncio.Event()
        for command in self._journal.commands:
            self._machine.execute(command)
        self._journal.commands = ()

    @property
    def state(self) -> State:
        """All objects."""
        return self._machine.state

    def now(self) -> float:
        """Return the time of the double's clock, which can be moved forward."""
        return max(self._clock() + self.state.ahead, self.state.now)

    async def perform(
        self,
        method: str,
        path: str,
        form: Object,
        *,
        request: str | None = None,
        account: str = "",
        key: str = "",
        failure: bool = False,
    ) -> Answer:
        """Carry out a call. Raises OSError if it cannot be stored."""
        self._tick()
        command = Command(
            self.now(),
            method,
            path,
            form,
            request or new_request_id(),
            account,
            key,
            failure,
            self.base,
        )
        answer = self._machine.execute(command)
        if answer.changed:
            self._journal.append(command)
            self._changed.set()
        # Reads wait too: they may have seen what is not on disk yet.
        await self._journal.durable()
        return answer

    def reset(self, seed: str | None = None) -> None:
        """Forget everything: objects, faults, the clock and the manner of webhooks."""
        self._journal.clear(seed or self._journal.seed)
        self._machine = Machine(self._journal.seed)
        self.faults.clear()
        self.webhooks.change(
            {"withhold": "false", "copies": "1", "order": "made", "delay": "0", "at_once": "1"}
        )
        self._changed.set()

    def wake(self) -> None:
        """Look again at what is to be delivered."""
        self._changed.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver events and let time pass until the block is left. Then close the journal."""
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
                work = asyncio.create_task(self._work(client))
                work.add_done_callback(_report)
                try:
                    yield
                finally:
                    work.cancel()
                    await asyncio.wait({work})
        finally:
            self._journal.close()

    async def _work(self, client: httpx.AsyncClient) -> None:
        while True:
            self._changed.clear()
            self._tick()
            await self.webhooks.deliver_due(client)
            await self._journal.durable()
            due = [each for each in self._next() if each is not None]
            wait = min([_LONGEST_WAIT, *(each - self.now() for each in due)])
            if wait > 0:
                try:
                    async with asyncio.timeout(wait):
                        await self._changed.wait()
                except TimeoutError:
                    pass

    def _next(self) -> tuple[float | None, float | None]:
        return self._machine.next_due(), self.webhooks.next_due()

    def _tick(self) -> None:
        """Let happen what is due. The journal need not say so: it follows from the time."""
        due = self._machine.next_due()
        if due is not None and due <= self.now():
            self._machine.pass_time(self.now())
            self._changed.set()

    async def _delivered(self, number: int, arrived: bool) -> None:
        form: dict[str, Any] = {"delivered": str(arrived).lower()}
        await self.perform("POST", f"/_double/deliveries/{number}", form)


def _report(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (error := work.exception()) is not None:
        _log.error("no more events are delivered", exc_info=error)


def new_request_id() -> str:
    """Return the id of a request."""
    return f"req_{secrets.token_urlsafe(10).replace('-', 'A').replace('_', 'B')}"
