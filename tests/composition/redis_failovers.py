"""Books that are traded and read while servers of Redis replace each other."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress

import msgspec

from solebook.adapters.redis.book_reader import RedisBookReader
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition.redis_adapters import open_redis
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings
from solebook.ports.language.errors import Unavailable

from ..redis_connections import PATIENCE
from ..redis_deployments import wait_until
from . import traded_books
from .redis_faults import hesitation
from .traded_books import Exchange, in_redis

TOLERATED = 0.5
"""Seconds by which an order or a request may be late because of Redis."""
WHOLE_WITHIN = 2.0
"""Seconds in which the new primary has all books."""


Failover = Callable[[Exchange], AbstractAsyncContextManager[None]]


async def books_stay_true(
    settings: Settings,
    redis: RedisSettings,
    failovers: Sequence[Failover],
    is_ready: Callable[[], Awaitable[None]],
) -> None:
    """Trade and read during failovers, each of which begins when `is_ready` says so."""
    settings = msgspec.structs.replace(settings, redis=redis)
    async with AsyncExitStack() as stack:
        exchange = await stack.enter_async_context(traded_books.opened(settings))
        connection = await stack.enter_async_context(
            open_redis(settings, SystemStopwatch(), "a test")
        )
        late, whole = (stack.enter_context(hesitation()) for _ in range(2))
        reader, chance, used = RedisBookReader(connection, 1), random.Random(13), 0.0
        await in_redis(exchange, reader)
        for failover in failovers:
            await is_ready()
            async with exchange.busy(late, chance), failover(exchange):
                used = max(used, await seconds_until_used(connection))
            await whole.of(lambda: in_redis(exchange, reader))
    print(
        f"{len(exchange.answers)} answers; the longest order took {late.longest * 1000:.0f} ms; "
        f"the primary was used after {used:.2f} s, had all books after {whole.longest:.2f} s"
    )
    assert exchange.answers
    assert exchange.wrong() == []
    assert late.longest < TOLERATED, late.where
    assert whole.longest < WHOLE_WITHIN


async def seconds_until_used(connection: RedisConnection) -> float:
    """Wait until the new primary is used, and return how long that took."""
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Unavailable):
                await connection.call("SET", connection.name("used"), "1")
                return time.monotonic() - began
            await asyncio.sleep(0.01)


async def until(is_so: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, is_so)
