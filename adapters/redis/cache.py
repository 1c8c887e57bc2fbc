"""Cached values that all processes share."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import uuid4

from ...ports.cache import Cache
from ...ports.cache_invalidations import CacheInvalidations
from ...ports.language.errors import Unavailable
from ..decorators.cache_reads import CacheReads
from .connection import REDIS, RUN, RedisConnection, Script

_log = logging.getLogger(__name__)

K = TypeVar("K")
V = TypeVar("V")

_TURN = 2_000
"""Milliseconds for which a process may store what it loads."""
_BEHIND = 150
"""Milliseconds after which another process may load it too: the first may be dead."""
_PATIENCE = 0.3
"""Seconds to wait for another process to load a value."""
_POLL = 0.01
_DISTRUST = 3.0
"""Seconds after which every process has deleted here what it changed while Redis was away."""
_PAUSE = 1.0
"""Seconds after which what could not be deleted is deleted again."""
_CLOSE = 0.5
"""Seconds to delete the rest at the end."""

# A key has a value ("V...") or the turn of whoever loads it ("T..."), with the server's run id.
# What another server has left counts for nothing. Whoever finds neither, or a turn that began too
# long ago, gets nil and the turn.
_LOOK = Script(f"""
{RUN}
local kept = redis.pcall('GET', KEYS[1])
if type(kept) ~= 'string' or kept:sub(2, #run + 1) ~= run then
    kept = nil
end
if kept and kept:sub(1, 1) == 'V' then
    return 'V' .. kept:sub(#run + 2)
end
if kept and redis.call('PTTL', KEYS[1]) > ARGV[2] - ARGV[3] then
    return 'T'
end
redis.call('SET', KEYS[1], 'T' .. run .. ARGV[1], 'PX', ARGV[2])
return false
""")
_STORE = Script(f"""
{RUN}
if redis.call('GET', KEYS[1]) == 'T' .. run .. ARGV[1] then
    redis.call('SET', KEYS[1], 'V' .. run .. ARGV[2], 'PX', ARGV[3])
end
""")
_GIVE_UP = Script(f"""
{RUN}
if redis.call('GET', KEYS[1]) == 'T' .. run .. ARGV[1] then
    redis.call('DEL', KEYS[1])
end
""")


@dataclass(eq=False, slots=True)
class _Change:
    """A value that was forgotten."""

    expires_at: float
    """When it is gone from Redis in any case."""


class RedisCache(Cache[K, V], Generic[K, V]):
    """Values in Redis, behind the near cache of this process.

    One process loads a value at a time, and stores it unless it was invalidated meanwhile. Without
    Redis, each process loads for itself.
    """

    def __init__(
        self,
        connection: RedisConnection,
        name: str,
        near: Cache[K, V],
        *,
        invalidations: CacheInvalidations[K],
        life: timedelta,
        encode: Callable[[V], bytes],
        decode: Callable[[bytes], V],
    ) -> None:
        """Keep values under keys that begin with `name`, each for `life` after its load began.

        A near cache that has got a value here keeps it for a life of its own. `decode` raises
        ValueError for a value of another version.
        """
        self._connection = connection
        self._name = name
        self._near = near
        self._invalidations = invalidations
        self._life = life.total_seconds()
        self._encode = encode
        self._decode = decode
        self._process = uuid4().hex
        self._turns = 0
        self._reads = CacheReads(f"{name} in Redis")
        self._changed: dict[K, _Change] = {}
        """Values that must not be read here, because they are not deleted yet."""
        self._wake = asyncio.Event()
        self._all_deleted = asyncio.Event()
        self._all_deleted.set()
        self._under_way: set[asyncio.Task[Any]] = set()
        self._has_begun = False
        self._distrusts_until = 0.0
        self._is_telling = False
        invalidations.subscribe(self._hear, self._miss)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Delete what is forgotten until the block is left."""
        deleting = asyncio.create_task(self._delete(), name=f"deleter of {self._name}")
        try:
            yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE):
                    await self.settle()
            tasks = {deleting, *self._under_way}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def settle(self) -> None:
        """Return when everything forgotten is deleted, and everything loaded is stored."""
        await self._all_deleted.wait()
        if self._under_way:
            await asyncio.wait(self._under_way)

    # ---- the port ------------------------------------------------------------------------

    async def get(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        return await self._near.get(key, partial(self._get_shared, key, load))

    def forget(self, key: K) -> None:
        self._near.forget(key)
        self._changed[key] = _Change(self._connection.stopwatch.elapsed() + self._life)
        self._all_deleted.clear()
        self._wake.set()

    def forget_all(self) -> None:
        self._near.forget_all()

    # ---- reading -------------------------------------------------------------------------

    async def _get_shared(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        began = self._connection.stopwatch.elapsed()
        if key in self._changed or began < self._distrusts_until:
            return await self._load_alone(load)
        self._turns += 1
        turn = f"{self._process}-{self._turns}"
        try:
            found = await self._find(key, turn)
        except Unavailable:
            self._distrust()
            return await self._load_alone(load)
        if found is None:
            return await self._load(key, load, turn, began)
        try:
            value = self._decode(found[1:])
        except ValueError:
            _log.debug("a value of %s is of another version", self._name)
            return await self._load_alone(load)
        self._reads.hits += 1
        return value

    async def _load_alone(self, load: Callable[[], Awaitable[V]]) -> V:
        """Load a value for this process, without storing it for the others."""
        self._reads.misses += 1
        return await load()

    async def _find(self, key: K, turn: str) -> bytes | None:
        """Return the value, or None if it is this process's turn to load it, or too late."""
        stopwatch = self._connection.stopwatch
        give_up_at = stopwatch.elapsed() + _PATIENCE
        while True:
            names = [self._name_of(key)]
            found = await self._connection.run(_LOOK, names, turn, _TURN, _BEHIND)
            if found is not None and not isinstance(found, bytes):
                raise Unavailable(what=REDIS)  # it was not Redis that answered
            if found != b"T" or stopwatch.elapsed() >= give_up_at:
                return None if found == b"T" else found
            await stopwatch.sleep(_POLL)

    async def _load(self, key: K, load: Callable[[], Awaitable[V]], turn: str, began: float) -> V:
        self._reads.misses += 1
        try:
            value = await load()
        except BaseException:
            self._begin(self._run(_GIVE_UP, key, turn))
            raise
        left = round((began + self._life - self._connection.stopwatch.elapsed()) * 1000)
        if left > 0:
            self._begin(self._run(_STORE, key, turn, self._encode(value), left))
        return value

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _run(self, script: Script, key: K, *arguments: str | bytes | int) -> None:
        with suppress(Unavailable):
            await self._connection.run(script, [self._name_of(key)], *arguments)

    def _name_of(self, key: K) -> str:
        return self._connection.name(self._name, str(key))

    # ---- forgetting ----------------------------------------------------------------------

    def _hear(self, key: K) -> None:
        if not self._is_telling:
            self._near.forget(key)

    def _miss(self) -> None:
        self._near.forget_all()
        if self._has_begun:
            self._distrust()
        self._has_begun = True  # a process that begins has nothing that it could have missed

    def _distrust(self) -> None:
        self._distrusts_until = self._connection.stopwatch.elapsed() + _DISTRUST

    async def _delete(self) -> None:
        """Delete what was forgotten, and then tell the other processes."""
        stopwatch = self._connection.stopwatch
        while True:
            await self._wake.wait()
            self._wake.clear()
            has_failed = False
            for key, change in list(self._changed.items()):
                if not await self._is_deleted(key) and stopwatch.elapsed() < change.expires_at:
                    has_failed = True
                    continue
                if self._changed.get(key) is change:  # and it was not forgotten again meanwhile
                    del self._changed[key]
                self._tell(key)
            if not self._changed:
                self._all_deleted.set()
            if has_failed:
                self._wake.set()
                await stopwatch.sleep(_PAUSE)

    async def _is_deleted(self, key: K) -> bool:
        try:
            await self._connection.insist("DEL", self._name_of(key))  # others may reach it
        except Unavailable:
            return False
        return True

    def _tell(self, key: K) -> None:
        self._is_telling = True
        try:
            self._invalidations.publish(key)
        finally:
            self._is_telling = False
