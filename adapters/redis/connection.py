"""The connection to Redis, with a limit of time and a circuit breaker around every call."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from redis.asyncio import RedisCluster
from redis.asyncio.client import PubSub
from redis.exceptions import NoScriptError, RedisError

from ...ports.language.errors import Unavailable
from ...ports.language.reminders import Reminders
from ...ports.stopwatch import Stopwatch
from ..decorators.circuit_breaker import CircuitBreaker
from .access import Client, RedisAccess

_log = logging.getLogger(__name__)

T = TypeVar("T")

REDIS = "Redis"
"""Its name in errors."""

FAILURES = (RedisError, OSError, TimeoutError)
"""What the client raises."""

_LATE = 0.02
"""Seconds by which the event loop may be late. If it is later, what has arrived is read first."""
_CLOSE = 1.0
"""Seconds to wait until a client is closed."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script in Lua, which the server runs as one step."""

    text: str

    @property
    def sha(self) -> str:
        """Its name on the server."""
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class RedisConnection:
    """Calls Redis, which may be away or slow at any time, and then is done without.

    A call that is not answered in time raises Unavailable. After some failures in a row, calls
    raise it at once, and one call now and then finds out whether Redis is back.
    """

    def __init__(
        self,
        access: RedisAccess,
        stopwatch: Stopwatch,
        *,
        prefix: str = "",
        failures: int = 3,
        pause: float = 1.0,
    ) -> None:
        """Connect when it is used. `prefix` begins the name of every key and channel."""
        self.stopwatch = stopwatch
        self._access = access
        self._prefix = f"{prefix}:" if prefix else ""
        self._client = access.client()
        self._listening = access.client()
        self._breaker = CircuitBreaker(stopwatch, what=REDIS, failures=failures, pause=pause)
        self._reminders = Reminders()
        self._shas: dict[Script, str] = {}
        self._has_failed = False

    @property
    def is_cluster(self) -> bool:
        """Whether keys are on several nodes, each with its own."""
        return self._access.kind == "cluster"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in (self._client, self._listening):
            with suppress(*FAILURES):
                async with asyncio.timeout(_CLOSE):
                    await _close(client)

    def name(self, *parts: str) -> str:
        """Return the name of a key or a channel, such as `products:ID`, with the prefix.

        On a cluster, keys with the same part in braces are on the same node.
        """
        return self._prefix + ":".join(parts)

    async def call(self, *words: str | bytes | float) -> Any:
        """Return what a command answers. Raises Unavailable, after which it may have had effect."""
        return await self._breaker(lambda: self._limited(lambda: self._command(words)))

    async def run(
        self, script: Script, keys: Sequence[str], *arguments: str | bytes | float
    ) -> Any:
        """Return what a script answers. Raises Unavailable, after which it may have had effect."""
        sha = self._shas.get(script) or self._shas.setdefault(script, script.sha)
        words = (len(keys), *keys, *arguments)

        async def run() -> Any:
            try:
                return await self._command(("EVALSHA", sha, *words))
            except NoScriptError:
                return await self._command(("EVAL", script.text, *words))

        return await self._breaker(lambda: self._limited(run))

    async def check(self) -> None:
        """Raise Unavailable unless Redis answers."""
        await self.call("PING")

    @asynccontextmanager
    async def pubsub(self) -> AsyncIterator[PubSub]:
        """Lend what subscribes to channels. It raises what the client raises."""
        if isinstance(self._listening, RedisCluster):
            await self._listening.initialize()  # or it would know no node
        pubsub = self._listening.pubsub(ignore_subscribe_messages=False)
        try:
            yield pubsub
        finally:
            with suppress(*FAILURES):
                async with asyncio.timeout(_CLOSE):
                    await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _command(self, words: Sequence[str | bytes | float]) -> Any:
        return await self._client.execute_command(*words)

    async def _limited(self, call: Callable[[], Awaitable[T]]) -> T:
        try:
            async with noticing_cancellation(), _limit(self._access.timeout):
                answer = await call()
        except FAILURES as error:
            self._failed(error)
            raise Unavailable(what=REDIS) from error
        if self._has_failed:
            self._has_failed = False
            _log.warning("Redis answers again")
        return answer

    def _failed(self, error: BaseException) -> None:
        self._has_failed = True
        why = "it did not answer in time" if isinstance(error, TimeoutError) else str(error)
        if self._reminders.is_due(REDIS, why or type(error).__name__, self.stopwatch.elapsed()):
            _log.warning("Redis is not used until it answers again: %s", why)


@asynccontextmanager
async def noticing_cancellation() -> AsyncIterator[None]:
    """Raise CancelledError at the end of the block if the task was cancelled meanwhile.

    The client sends with `asyncio.wait_for`, which forgets in Python 3.11 that the task was
    cancelled if the command was just sent.
    """
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()
    yield
    if task.cancelling() > before:
        raise asyncio.CancelledError


async def _close(client: Client) -> None:
    if isinstance(client, RedisCluster):
        await client.aclose()
    else:
        await client.aclose(close_connection_pool=True)


@asynccontextmanager
async def _limit(seconds: float) -> AsyncIterator[None]:
    """Raise TimeoutError after so many seconds, but not because this process was busy itself."""
    loop = asyncio.get_running_loop()
    due = loop.time() + seconds
    async with asyncio.timeout(None) as limit:

        def end() -> None:
            now = loop.time()
            limit.reschedule(now + _LATE if now > due + _LATE else now)

        timer = loop.call_at(due, end)
        try:
            yield
        finally:
            timer.cancel()
