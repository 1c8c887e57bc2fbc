"""Interleaves the statements of concurrent calls on PostgreSQL, in a random sequence by a seed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped]  # it has no annotations

from solebook.adapters.embedded.journal import Journal
from solebook.adapters.embedded.provider import Provider

T = TypeVar("T")

_GLANCE = 0.002
"""Seconds without a change after which the server is asked who waits for a lock."""
_GLANCES = 50
"""How often it is asked before a call that does not use it counts as waiting for another call."""
_STICKINESS = (0.0, 0.5, 0.9)
"""The chance that the call of the last step takes the next one too; each race has one of them."""
_DEADLOCK_TIMEOUT = "20ms"
_BLOCKED = """\
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


@dataclass(eq=False)
class _Step:
    """A statement of a call, or its question to the payment provider, that waits for its turn."""

    call: int
    what: str
    turn: asyncio.Future[None] = field(default_factory=asyncio.Future)


class Interleaving:
    """Lets the calls of a race run one step at a time; a step is one statement, or one question.

    Before each step, a call waits until it is chosen. The next choice is made when every other call
    has ended, waits for its turn, or waits for a lock of the database. So the sequence depends on
    the seed alone.
    """

    def __init__(self, seed: int, server: asyncpg.Connection) -> None:
        self.steps: list[str] = []
        """What was done so far, and by which call."""
        self._random = Random(seed)
        self._stickiness = self._random.choice(_STICKINESS)
        self._server = server
        self._calls: set[int] = set()
        """The calls that have not ended."""
        self._waiting: list[_Step] = []
        self._under_way: dict[object, int] = {}
        """The call of each step under way, by the process of the server that works on it."""
        self._changed = asyncio.Event()
        self._last = -1

    @asynccontextmanager
    async def running(self, calls: int) -> AsyncIterator[None]:
        """Choose who takes the next step, until all calls have ended."""
        self._calls = set(range(calls))
        chooser = asyncio.create_task(self._choose())
        try:
            yield
        finally:
            self._calls.clear()
            chooser.cancel()
            for step in self._waiting:
                if not step.turn.done():
                    step.turn.set_result(None)

    @contextmanager
    def call(self, number: int) -> Iterator[None]:
        """Make all steps that are taken inside those of a call."""
        token = _CALL.set((self, number))
        try:
            yield
        finally:
            _CALL.reset(token)
            self._calls.discard(number)
            self._changed.set()

    async def take(self, number: int, by: object, what: str, do: Callable[[], Awaitable[T]]) -> T:
        """Do something when it is this call's turn."""
        if number not in self._calls:  # work that goes on after its call has ended
            return await do()
        step = _Step(number, what)
        self._waiting.append(step)
        self._changed.set()
        try:
            await step.turn
        finally:
            self._waiting.remove(step)
            self._changed.set()
        self._under_way[by] = number
        try:
            return await do()
        finally:
            del self._under_way[by]
            self._changed.set()

    async def _choose(self) -> None:
        while True:
            await self._come_to_rest()
            ready = [step for step in self._waiting if not step.turn.done()]
            if not ready:
                # All wait for locks, of which the server ends a deadlock, or have ended.
                self._changed.clear()
                await self._changed.wait()
                continue
            step = self._chosen(ready)
            self._last = step.call
            self.steps.append(f"{step.call}: {step.what}")
            step.turn.set_result(None)
            await asyncio.sleep(0)  # the step begins

    def _chosen(self, ready: Sequence[_Step]) -> _Step:
        calls = sorted({step.call for step in ready})
        call = self._random.choice(calls)
        if self._random.random() < self._stickiness and self._last in calls:
            call = self._last
        return next(step for step in ready if step.call == call)

    async def _come_to_rest(self) -> None:
        """Return when no call can go on before another one takes its next step."""
        glances = 0
        while self._under_way or self._thinking():
            self._changed.clear()
            try:
                async with asyncio.timeout(_GLANCE):
                    await self._changed.wait()
                glances = 0
                continue
            except TimeoutError:
                glances += 1
            blocked = {row["pid"] for row in await self._server.fetch(_BLOCKED)}
            if not blocked.issuperset(self._under_way):
                continue
            # A call may wait for work of its process that is not its own, and that is blocked.
            if not self._thinking() or blocked.difference(self._under_way) or glances > _GLANCES:
                return

    def _thinking(self) -> set[int]:
        """The calls that are between two steps."""
        return self._calls - {step.call for step in self._waiting} - {*self._under_way.values()}


_CALL: ContextVar[tuple[Interleaving, int] | None] = ContextVar("call", default=None)


async def _in_turn(by: object, what: str, do: Callable[[], Awaitable[T]]) -> T:
    call = _CALL.get()
    if call is None:
        return await do()
    interleaving, number = call
    return await interleaving.take(number, by, what, do)


class SteppedConnection(asyncpg.Connection):  # type: ignore[misc]  # it has no annotations
    """A connection whose statements are steps of the call that runs them."""

    async def execute(self, query: str, *args: Any, **more: Any) -> Any:
        do = super().execute
        return await self._step(query, lambda: do(query, *args, **more))

    async def fetch(self, query: str, *args: Any, **more: Any) -> Any:
        do = super().fetch
        return await self._step(query, lambda: do(query, *args, **more))

    async def fetchmany(self, query: str, args: Any, **more: Any) -> Any:
        do = super().fetchmany
        return await self._step(query, lambda: do(query, args, **more))

    async def _step(self, query: str, do: Callable[[], Awaitable[T]]) -> T:
        return await _in_turn(self.get_server_pid(), " ".join(query.split()), do)


async def connect_stepped(*args: Any, **more: Any) -> Any:
    """Connect like asyncpg, with statements that are steps, and deadlocks that end soon."""
    settings = {**more.pop("server_settings", {}), "deadlock_timeout": _DEADLOCK_TIMEOUT}
    return await _connect(
        *args, server_settings=settings, connection_class=SteppedConnection, **more
    )


_connect = asyncpg.connect


class SteppedJournal(Journal):
    """The payment provider's journal, in memory, of which each use is a step."""

    def __init__(self) -> None:
        self.provider = Provider()

    async def consult(self, work: Callable[[Provider], T]) -> T:
        async def consult() -> T:
            return work(self.provider)

        return await _in_turn(object(), "the provider", consult)
