"""A primary of Redis that is replaced by its replica while processes use it: nothing is wrong."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress

import msgspec
import pytest

from solebook.adapters.redis.book_reader import RedisBookReader
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition.redis_adapters import open_redis
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings
from solebook.ports.language.errors import Unavailable

from ..redis_connections import PATIENCE, some_prefix
from ..redis_deployments import Watched, wait_until, watched_by_sentinels
from . import sharing_processes, traded_books
from .redis_faults import hesitation
from .traded_books import in_redis

pytestmark = pytest.mark.real

TOLERATED = 0.5
"""Seconds by which an order or a request may be late because of Redis."""
WHOLE_WITHIN = 2.0
"""Seconds in which the new primary has all books."""


@pytest.fixture
def watched() -> Iterator[Watched]:
    with watched_by_sentinels() as watched:
        yield watched


async def until(is_so: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, is_so)


@asynccontextmanager
async def killed(watched: Watched) -> AsyncIterator[None]:
    """The primary is killed, and what was written last is lost. It comes back as a replica."""
    old = watched.primary
    watched.cut_replica_off()
    await asyncio.sleep(0.3)
    old.kill()
    await until(lambda: watched.primary is not old)
    yield
    old.start()


@asynccontextmanager
async def hanging(watched: Watched) -> AsyncIterator[None]:
    """The primary hangs until there is another one, and then takes itself for one still."""
    old = watched.primary
    old.pause()
    await until(lambda: watched.primary is not old)
    yield
    old.resume()
    await asyncio.sleep(1.0)


@asynccontextmanager
async def replaced(watched: Watched) -> AsyncIterator[None]:
    """Somebody makes the replica the primary."""
    old = watched.primary
    assert watched.sentinels[0].command("SENTINEL", "FAILOVER", "main").startswith("+OK")
    await until(lambda: watched.primary is not old)
    yield


async def seconds_until_used(connection: RedisConnection) -> float:
    """Wait until the new primary is used, and return how long that took."""
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Unavailable):
                await connection.call("SET", connection.name("used"), "1")
                return time.monotonic() - began
            await asyncio.sleep(0.01)


FAILOVERS = [killed, hanging, replaced]
Failover = Callable[[Watched], AbstractAsyncContextManager[None]]


@pytest.mark.parametrize("failover", FAILOVERS, ids=lambda failover: failover.__name__)
async def test_books_that_are_read_during_a_failover_are_true(
    on_sqlite: Settings, watched: Watched, failover: Failover, full: bool
) -> None:
    redis = RedisSettings(url=watched.url, prefix=some_prefix())
    settings = msgspec.structs.replace(on_sqlite, redis=redis)
    async with AsyncExitStack() as stack:
        exchange = await stack.enter_async_context(traded_books.opened(settings))
        connection = await stack.enter_async_context(
            open_redis(settings, SystemStopwatch(), "a test")
        )
        late, whole = (stack.enter_context(hesitation()) for _ in range(2))
        reader, chance, used = RedisBookReader(connection, 1), random.Random(13), 0.0
        await in_redis(exchange, reader)
        for _ in range(5 if full else 1):
            await until(watched.is_copied)
            async with exchange.busy(late, chance), failover(watched):
                used = max(used, await seconds_until_used(connection))
            await whole.of(lambda: in_redis(exchange, reader))
    print(
        f"{len(exchange.answers)} answers; the longest order took {late.longest * 1000:.0f} ms; "
        f"the primary was used after {used:.2f} s, had all books after {whole.longest:.2f} s"
    )
    assert exchange.answers
    assert exchange.wrong() == []
    assert late.longest < TOLERATED
    assert whole.longest < WHOLE_WITHIN


async def test_no_answer_is_wrong_during_a_failover_and_none_is_late(
    on_sqlite: Settings, watched: Watched, full: bool
) -> None:
    redis = RedisSettings(url=watched.url, prefix=some_prefix())
    times = 0
    async with sharing_processes.opened(on_sqlite, redis) as exchange:
        for failover in [hanging, *(5 * FAILOVERS if full else [])]:
            await until(watched.is_copied)
            is_over = asyncio.Event()
            using = asyncio.create_task(exchange.use(is_over.is_set))
            async with failover(watched):
                await asyncio.sleep(0.5)
            is_over.set()
            times += await using
    print(f"{times} times; the longest request took {exchange.one.late.longest:.3f} s")
    assert exchange.one.late.longest < TOLERATED
