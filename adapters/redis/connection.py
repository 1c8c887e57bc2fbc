"""The connection to Redis, with a limit of time and a circuit breaker around every call."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from redis.asyncio.client import PubSub
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.exceptions import NoScriptError

from ...ports.language.errors import Unavailable
from ...ports.language.reminders import Reminders
from ...ports.stopwatch import Stopwatch
from ..decorators.circuit_breaker import CircuitBreaker
from .access import Client, RedisAccess
from .client_errors import FAILURES, noticing_cancellation
from .cluster import Cluster
from .sentinels import follow_primary

_log = logging.getLogger(__name__)

T = TypeVar("T")

REDIS = "Redis"
"""Its name in errors."""

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


RUN = "local run = redis.call('INFO', 'server'):match('run_id:(%w+)')"
"""Begins a script that needs to know this start of this server.

A server that takes over may lack what was written last, so what it has from the one before is not
believed if it may have been deleted there.
"""


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
        self._lent: set[Client] = set()
        """The clients that listen."""
        self._turns = asyncio.Semaphore(access.connections)
        self._breaker = CircuitBreaker(stopwatch, what=REDIS, failures=failures, pause=pause)
        self._reminders = Reminders()
        self._shas: dict[Script, str] = {}
        self._is_told = False
        """Whether the log says that Redis is not used."""
        self._following: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def is_cluster(self) -> bool:
        """Whether keys are on several nodes, each with its own."""
        return self._access.kind == "cluster"

    async def __aenter__(self) -> Self:
        if self._access.kind == "sentinel":
            following = follow_primary(
                self._access.sentinels(), self._access.service, self.stopwatch, self._connect_anew
            )
            self._following = asyncio.create_task(following, name="follower of the primary")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])
        await asyncio.gather(*self._closing, close_client(self._client))

    def name(self, *parts: str) -> str:
        """Return the name of a key or a channel, such as `products:ID`, with the prefix.

        On a cluster, keys with the same part in braces are on the same node.
        """
        return self._prefix + ":".join(parts)

    async def call(self, *words: str | bytes | float) -> Any:
        """Return what a command answers. Raises Unavailable, after which it may have had effect."""
        return await self._breaker(lambda: self._limited(lambda: self._command(words)))

    async def insist(self, *words: str | bytes | float) -> Any:
        """Do the same, also while other calls are refused because calls have failed before."""
        return await self._limited(lambda: self._command(words))

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
        client = self._access.client()  # a new one knows nothing that is out of date
        self._lent.add(client)
        try:
            if isinstance(client, Cluster):
                await client.initialize()  # or it would know no node
            yield client.pubsub(ignore_subscribe_messages=False)
        finally:
            self._lent.discard(client)
            await close_client(client)

    async def _command(self, words: Sequence[str | bytes | float]) -> Any:
        return await self._client.execute_command(*words)

    async def _limited(self, call: Callable[[], Awaitable[T]]) -> T:
        try:
            async with noticing_cancellation(), _limit(self._access.timeout), self._turns:
                answer = await call()
        except FAILURES as error:
            self._failed(error)
            raise Unavailable(what=REDIS) from error
        if self._is_told:
            self._is_told = False
            _log.warning("Redis answers again")
        return answer

    def _connect_anew(self, primary: str) -> None:
        _log.warning("the Sentinels name %s as the primary now", primary)
        left = [self._client, *self._lent]
        self._client = self._access.client()
        for client in left:
            closing = asyncio.create_task(self._leave(client))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _leave(self, client: Client) -> None:
        await close_client(client)
        await self.stopwatch.sleep(2 * self._access.timeout)  # for calls that are connecting
        await close_client(client)

    def _failed(self, error: BaseException) -> None:
        if isinstance(self._client, Cluster):
            self._client.doubt()
        why = "it did not answer in time" if isinstance(error, TimeoutError) else str(error)
        why = why.partition(" script: ")[0]  # which one it was is not said each time
        if self._reminders.is_due(REDIS, why or type(error).__name__, self.stopwatch.elapsed()):
            self._is_told = True
            _log.warning("Redis is not used until it answers again: %s", why)


async def close_client(client: Client) -> None:
    """Close a client and its connections, whatever it raises."""
    with suppress(*FAILURES):
        async with asyncio.timeout(_CLOSE):
            if isinstance(client, Cluster):
                await client.aclose()
                return
            pool = client.connection_pool
            await client.aclose(close_connection_pool=True)
            if isinstance(pool, SentinelConnectionPool):
                await pool.sentinel_manager.aclose()


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
