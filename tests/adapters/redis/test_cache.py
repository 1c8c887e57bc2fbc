"""A cache that processes share, with a store behind it."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from ...redis_caches import CachingProcess, cache_of
from ...redis_connections import PATIENCE, some_prefix, until
from ...valkey_server import ValkeyServer

SCRIPT = Path(__file__).parent / "loading.py"
QUICK = 0.1


@dataclass
class Store:
    """Where the values are, which answers at once or when it is let."""

    value: str = "old"
    loads: int = 0
    lets: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.lets.set()

    async def load(self) -> str:
        self.loads += 1
        value = self.value
        await self.lets.wait()
        return value


@asynccontextmanager
async def two(
    server: ValkeyServer,
    *,
    life: timedelta = timedelta(minutes=10),
    timeout: float = PATIENCE,  # noqa: ASYNC109  # the connection's own
) -> AsyncIterator[tuple[CachingProcess, CachingProcess]]:
    """Two processes that share a cache."""
    prefix = some_prefix()
    async with (
        cache_of(server, prefix=prefix, life=life, timeout=timeout) as one,
        cache_of(server, prefix=prefix, life=life, timeout=timeout) as another,
    ):
        await one.listens()
        await another.listens()
        yield one, another


async def read(process: CachingProcess, store: Store) -> str:
    return await process.cache.get("key", store.load)


async def reads(process: CachingProcess, store: Store, value: str) -> None:
    """Wait until a process reads a value."""
    async with asyncio.timeout(PATIENCE):
        while await read(process, store) != value:  # noqa: ASYNC110  # another process acts
            await asyncio.sleep(0.002)


# ---- values --------------------------------------------------------------------------------------


async def test_a_key_of_another_type_is_replaced(valkey_server: ValkeyServer) -> None:
    store = Store()
    async with two(valkey_server) as (one, another):
        key = one.connection.name("values", "key")
        await one.connection.call("RPUSH", key, "text")
        assert await read(one, store) == "old"
        await one.cache.settle()
        assert await read(another, store) == "old"
        assert store.loads == 1


async def test_what_one_process_has_loaded_the_others_find(valkey_server: ValkeyServer) -> None:
    store = Store()
    async with two(valkey_server) as (one, another):
        assert await read(one, store) == "old"
        await one.cache.settle()
        assert await read(another, store) == "old"
    assert store.loads == 1


async def test_a_changed_value_is_read_by_its_process_at_once_and_soon_by_the_others(
    valkey_server: ValkeyServer,
) -> None:
    store = Store()
    async with two(valkey_server) as (one, another):
        for version in range(20):
            store.value = f"version {version}"
            one.cache.forget("key")
            assert await read(one, store) == store.value
            await reads(another, store, store.value)


async def test_a_value_that_was_changed_while_it_was_loaded_is_not_shared(
    valkey_server: ValkeyServer,
) -> None:
    slow, store = Store(), Store(value="new")
    slow.lets.clear()
    async with two(valkey_server) as (one, another):
        loading = asyncio.create_task(read(one, slow))
        await until(lambda: slow.loads == 1)
        another.cache.forget("key")
        await another.cache.settle()
        slow.lets.set()
        assert await loading == "old"
        await one.cache.settle()
        assert await read(another, store) == "new"
        await reads(one, store, "new")


async def test_a_value_lives_in_redis_from_the_begin_of_its_load(
    valkey_server: ValkeyServer,
) -> None:
    store = Store()
    async with two(valkey_server, life=timedelta(seconds=100)) as (one, _):
        await read(one, store)
        await one.cache.settle()
        [key] = await one.connection.call("KEYS", one.connection.name("values", "*"))
        assert 0 < await one.connection.call("PTTL", key) <= 100_000


async def test_a_load_that_took_longer_than_a_life_is_not_shared(
    valkey_server: ValkeyServer,
) -> None:
    store = Store()
    store.lets.clear()
    async with two(valkey_server, life=timedelta(milliseconds=20)) as (one, _):
        loading = asyncio.create_task(read(one, store))
        await until(lambda: store.loads == 1)
        await asyncio.sleep(0.03)
        store.lets.set()
        assert await loading == "old"
        await one.cache.settle()
        found = await one.connection.call("GET", one.connection.name("values", "key"))
        assert found is None or found.startswith(b"T")


async def test_a_value_of_another_version_is_loaded(valkey_server: ValkeyServer) -> None:
    store = Store()
    async with two(valkey_server) as (one, _):
        name = one.connection.name("values", "key")
        await read(one, store)
        await one.cache.settle()
        kept = await one.connection.call("GET", name)
        await one.connection.call("SET", name, kept.replace(b"old", b"\xff"))
        one.cache.forget_all()
        assert await read(one, store) == "old"
        assert store.loads == 2


# ---- the herd ------------------------------------------------------------------------------------


def start(server: ValkeyServer, prefix: str, seconds: float) -> "subprocess.Popen[str]":
    words = [sys.executable, str(SCRIPT), str(server.port), prefix, "50", str(seconds)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def test_a_hundred_callers_of_two_processes_cause_one_load(
    valkey_server: ValkeyServer, full: bool
) -> None:
    for _ in range(10 if full else 2):
        prefix = some_prefix()
        processes = [start(valkey_server, prefix, seconds=0.05) for _ in range(2)]
        for process in processes:
            go(process)
        lines = [process.communicate(timeout=PATIENCE)[0].splitlines() for process in processes]
        assert sorted(lines) == [["all got ['value']"], ["loads", "all got ['value']"]]


def test_if_who_loads_dies_another_process_loads_soon(valkey_server: ValkeyServer) -> None:
    prefix = some_prefix()
    holder, waiting = start(valkey_server, prefix, -1), start(valkey_server, prefix, 0)
    go(holder)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "loads\n"
    began = time.monotonic()
    go(waiting)
    holder.kill()
    lines = waiting.communicate(timeout=PATIENCE)[0].splitlines()
    assert lines == ["loads", "all got ['value']"]
    assert time.monotonic() - began < PATIENCE
    holder.communicate()


async def test_a_load_that_fails_leaves_its_turn_to_the_others(
    valkey_server: ValkeyServer,
) -> None:
    async def fail() -> str:
        raise OSError("the store is away")

    store = Store()
    async with two(valkey_server) as (one, another):
        await asyncio.gather(one.cache.get("key", fail), return_exceptions=True)
        await one.cache.settle()
        assert await read(another, store) == "old"
        key = one.connection.name("values", "key")
        await another.cache.settle()
        kept = await one.connection.call("GET", key)
        assert kept.startswith(b"V")
        assert kept.endswith(b"old")


# ---- without Redis -------------------------------------------------------------------------------


async def test_without_redis_each_process_loads_for_itself(
    own_valkey_server: ValkeyServer,
) -> None:
    store = Store()
    async with two(own_valkey_server) as (one, another):
        own_valkey_server.kill()
        await until(lambda: not (one.subscription.is_heard or another.subscription.is_heard))
        for process in (one, another):
            assert await read(process, store) == "old"
        store.value = "new"
        one.cache.forget("key")
        assert await read(one, store) == "new"
        own_valkey_server.start()
        await reads(another, store, "new")


async def test_what_changed_while_redis_hung_is_read_nowhere_afterwards(
    own_valkey_server: ValkeyServer,
) -> None:
    store = Store()
    async with two(own_valkey_server, timeout=QUICK) as (one, another):
        await read(one, store)
        await read(another, store)
        own_valkey_server.pause()
        store.value = "new"
        one.cache.forget("key")
        await until(lambda: not another.subscription.is_heard)
        assert await read(another, store) == "new"
        own_valkey_server.resume()
        await another.listens()
        for _ in range(100):
            assert await read(one, store) == await read(another, store) == "new"
            await asyncio.sleep(0.002)
        async with asyncio.timeout(PATIENCE):
            await one.cache.settle()
        assert await one.connection.call("GET", one.connection.name("values", "key")) is None


async def test_a_server_that_is_emptied_changes_no_answer(own_valkey_server: ValkeyServer) -> None:
    store = Store()
    async with two(own_valkey_server) as (one, another):
        for version in range(20):
            store.value = f"version {version}"
            one.cache.forget("key")
            own_valkey_server.command("FLUSHALL")
            assert await read(one, store) == store.value
            own_valkey_server.command("FLUSHALL")
            await reads(another, store, store.value)
