"""A cluster of Redis whose nodes fail and whose slots move while processes use it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition.redis_adapters import open_redis
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings
from solebook.ports.language.errors import Unavailable

from ..redis_acl import ON_A_CLUSTER, PASSWORD, PREFIX
from ..redis_connections import PATIENCE
from ..redis_deployments import Clustered, clustered
from . import sharing_processes
from .redis_failovers import TOLERATED, books_stay_true, until
from .redis_faults import hesitation
from .traded_books import Exchange
from .tried import all_well, tried

pytestmark = [pytest.mark.real, pytest.mark.alone]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Clustered]:
    with clustered(ON_A_CLUSTER) as cluster:
        yield cluster


@pytest.fixture
def redis(cluster: Clustered) -> RedisSettings:
    return RedisSettings(url=cluster.url, prefix=PREFIX, user="solebook", password=PASSWORD)


@asynccontextmanager
async def connected(settings: RedisSettings) -> AsyncIterator[RedisConnection]:
    whole = msgspec.structs.replace(Settings(), redis=settings)
    async with open_redis(whole, SystemStopwatch(), "a test") as connection:
        yield connection


def key_of(exchange: Exchange) -> str:
    """Return the key of a book."""
    book = exchange.books[0]
    return f"{PREFIX}:book:{{{book.product_id}:{book.size}}}"


@asynccontextmanager
async def killed(cluster: Clustered, key: str) -> AsyncIterator[None]:
    """The node with a key is killed, and comes back as a replica."""
    old, new = cluster.shard_of(key)
    [witness, *_] = [node for node in cluster.nodes if node not in (old, new)]
    old.kill()
    await until(lambda: cluster.shard_of(key, witness)[0] is new)
    yield
    old.start()
    await until(lambda: "slave\r\n" in old.command("ROLE"))


@asynccontextmanager
async def moved(cluster: Clustered, key: str) -> AsyncIterator[None]:
    """The slot of a key moves to another node, one key after the other."""
    old = cluster.shard_of(key)[0]
    [new, *_] = [node for node in cluster.primaries if node is not old]
    await asyncio.to_thread(cluster.move, key, new, 0.2)
    yield


Failover = Callable[[Clustered, str], AbstractAsyncContextManager[None]]


@pytest.mark.parametrize("failover", [moved, killed], ids=lambda failover: failover.__name__)
async def test_books_that_are_read_while_nodes_change_are_true(
    on_sqlite: Settings, cluster: Clustered, redis: RedisSettings, failover: Failover, full: bool
) -> None:
    failovers = [lambda exchange: failover(cluster, key_of(exchange))] * (5 if full else 1)
    await books_stay_true(on_sqlite, redis, failovers, lambda: until(cluster.is_whole))
    assert cluster.refused() == []


async def test_a_diagnosis_needs_no_more_rights_and_leaves_nothing(
    on_sqlite: Settings, redis: RedisSettings, cluster: Clustered
) -> None:
    all_well(await tried(msgspec.structs.replace(on_sqlite, redis=redis), "redis"))
    kept = [node.command("KEYS", f"{PREFIX}:check*") for node in cluster.primaries]
    assert kept == ["*0\r\n"] * 3


async def test_no_answer_is_wrong_while_a_node_is_replaced_and_none_is_late(
    on_sqlite: Settings, cluster: Clustered, redis: RedisSettings
) -> None:
    is_over = asyncio.Event()
    await until(cluster.is_whole)
    async with sharing_processes.opened(on_sqlite, redis) as exchange:
        using = asyncio.create_task(exchange.use(is_over.is_set))
        async with killed(cluster, f"{PREFIX}:products:{exchange.product.id}"):
            await asyncio.sleep(0.5)
        is_over.set()
        times = await using
    print(f"{times} times; the longest request took {exchange.one.late.longest:.3f} s")
    assert exchange.one.late.longest < TOLERATED, exchange.one.late.where


async def test_a_key_that_is_not_moved_yet_is_looked_for_at_both_nodes(
    cluster: Clustered, redis: RedisSettings
) -> None:
    await until(cluster.is_whole)
    async with connected(replace(redis, timeout=timedelta(seconds=PATIENCE))) as connection:
        await asyncio.gather(*(connection.call("SET", f"{PREFIX}:{n}", "a") for n in range(40)))
        key = f"{PREFIX}:moving"
        [to, *_] = [one for one in cluster.primaries if one is not cluster.shard_of(key)[0]]
        with cluster.moving(key, to):
            for value in "ab":
                await connection.call("SET", key, value)
                assert await connection.call("GET", key) == value.encode()


async def test_a_node_that_hangs_makes_calls_late_by_their_time_limit(
    cluster: Clustered, redis: RedisSettings
) -> None:
    key = f"{PREFIX}:late"
    await until(cluster.is_whole)
    node = cluster.shard_of(key)[0]
    node.pause()
    with hesitation() as late:
        async with connected(replace(redis, failures=1_000)) as connection:

            async def is_used() -> bool:
                with suppress(Unavailable):
                    return bool(await connection.call("SET", key, "a"))
                return False

            async with asyncio.timeout(PATIENCE):
                while not await late.of(is_used):
                    pass
    node.resume()
    print(f"the longest call took {late.longest:.3f} s")
    assert late.longest < 3 * redis.timeout.total_seconds()
