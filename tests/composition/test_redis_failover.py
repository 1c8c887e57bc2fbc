"""A primary of Redis that is replaced by its replica while processes use it: nothing is wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings

from ..redis_connections import some_prefix
from ..redis_deployments import Watched, watched_by_sentinels
from . import sharing_processes
from .redis_failovers import TOLERATED, books_stay_true, until

pytestmark = [pytest.mark.real, pytest.mark.alone]


@pytest.fixture
def watched() -> Iterator[Watched]:
    with watched_by_sentinels() as watched:
        yield watched


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
    try:
        await until(lambda: watched.primary is not old)
        yield
    finally:
        old.resume()
    await asyncio.sleep(1.0)


@asynccontextmanager
async def replaced(watched: Watched) -> AsyncIterator[None]:
    """Somebody makes the replica the primary, once the Sentinel knows that it is one again."""
    old, sentinel = watched.primary, watched.sentinels[0]
    await until(lambda: sentinel.command("SENTINEL", "FAILOVER", "main").startswith("+OK"))
    await until(lambda: watched.primary is not old)
    yield


FAILOVERS = [killed, hanging, replaced]
Failover = Callable[[Watched], AbstractAsyncContextManager[None]]


@pytest.mark.parametrize("failover", FAILOVERS, ids=lambda failover: failover.__name__)
async def test_books_that_are_read_during_a_failover_are_true(
    on_sqlite: Settings, watched: Watched, failover: Failover, full: bool
) -> None:
    redis = RedisSettings(url=watched.url, prefix=some_prefix())
    failovers = [lambda _: failover(watched)] * (5 if full else 1)
    await books_stay_true(on_sqlite, redis, failovers, lambda: until(watched.is_copied))


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
    assert exchange.one.late.longest < TOLERATED, exchange.one.late.where
