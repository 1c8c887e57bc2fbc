"""Buckets that processes share, on the server's time."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from solebook.adapters.redis.rate_limits import RedisRateLimits
from solebook.ports.language.errors import RateLimited, Unavailable
from solebook.ports.language.rate_limits import RateLimit

from ...redis_connections import PATIENCE, connected, some_prefix
from ...valkey_server import ValkeyServer

PROCESS = Path(__file__).parent / "buckets.py"


def test_two_processes_at_once_let_exactly_the_burst_through(
    valkey_server: ValkeyServer, full: bool
) -> None:
    for _ in range(10 if full else 2):
        words = [sys.executable, str(PROCESS), str(valkey_server.port), some_prefix(), "50"]
        processes = [
            subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("now\n")
            process.stdin.flush()
        admitted = [int(process.communicate(timeout=PATIENCE)[0]) for process in processes]
        assert sum(admitted) == 10


async def test_tokens_come_back_with_the_servers_time(valkey_server: ValkeyServer) -> None:
    async with connected(valkey_server, prefix=some_prefix()) as connection:
        limits = RedisRateLimits(connection)
        limit = RateLimit(burst=1, per_second=2)
        await limits.take("a", limit)
        with pytest.raises(RateLimited) as refused:
            await limits.take("a", limit)
        assert 0 < refused.value.retry_after <= 0.5
        async with asyncio.timeout(PATIENCE):
            while await is_refused(limits, limit):  # noqa: ASYNC110  # the server's time passes
                await asyncio.sleep(0.01)


async def is_refused(limits: RedisRateLimits, limit: RateLimit) -> bool:
    try:
        await limits.take("a", limit)
    except RateLimited:
        return True
    return False


async def test_tokens_come_back_after_the_servers_time_was_set_back(
    valkey_server: ValkeyServer,
) -> None:
    async with connected(valkey_server, prefix=some_prefix()) as connection:
        limits = RedisRateLimits(connection)
        limit = RateLimit(burst=1, per_second=2)
        await limits.take("a", limit)
        [key] = await connection.call("KEYS", connection.name("limits", "*"))
        tokens, at = (await connection.call("GET", key)).split()
        in_an_hour = int(at) + 3_600_000_000
        await connection.call("SET", key, b"%b %d" % (tokens, in_an_hour), "PX", 7_200_000)
        assert await is_refused(limits, limit)
        async with asyncio.timeout(60):
            while await is_refused(limits, limit):  # noqa: ASYNC110  # the server's time passes
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("value", ["text", "", "1", "x 5", "1 x"])
async def test_a_bucket_that_somebody_else_has_written_is_a_new_one(
    valkey_server: ValkeyServer, value: str
) -> None:
    async with connected(valkey_server, prefix=some_prefix()) as connection:
        limits = RedisRateLimits(connection)
        limit = RateLimit(burst=1, per_second=0.001)
        await limits.take("a", limit)
        [key] = await connection.call("KEYS", connection.name("limits", "*"))
        await connection.call("SET", key, value)
        await limits.take("a", limit)
        assert await is_refused(limits, limit)


async def test_a_bucket_of_another_type_is_a_new_one(valkey_server: ValkeyServer) -> None:
    async with connected(valkey_server, prefix=some_prefix()) as connection:
        limits = RedisRateLimits(connection)
        limit = RateLimit(burst=1, per_second=0.001)
        await limits.take("a", limit)
        [key] = await connection.call("KEYS", connection.name("limits", "*"))
        await connection.call("DEL", key)
        await connection.call("RPUSH", key, "x")
        await limits.take("a", limit)
        assert await is_refused(limits, limit)


async def test_a_bucket_expires_a_minute_after_it_is_full(valkey_server: ValkeyServer) -> None:
    async with connected(valkey_server, prefix=some_prefix()) as connection:
        await RedisRateLimits(connection).take("a", RateLimit(burst=10, per_second=0.01), 3)
        [key] = await connection.call("KEYS", connection.name("limits", "*"))
        assert 350_000 < await connection.call("PTTL", key) <= 360_000


async def test_nobody_can_read_whose_bucket_it_is(valkey_server: ValkeyServer) -> None:
    async with connected(valkey_server, prefix=some_prefix()) as connection:
        await RedisRateLimits(connection).take("email:me@example.com", RateLimit(1, 1))
        [key] = await connection.call("KEYS", connection.name("*"))
        assert b"example" not in key


async def test_a_server_that_is_emptied_has_full_buckets(own_valkey_server: ValkeyServer) -> None:
    async with connected(own_valkey_server) as connection:
        limits = RedisRateLimits(connection)
        for _ in range(3):
            await limits.take("a", RateLimit(1, 0.001))
            own_valkey_server.command("FLUSHALL")


async def test_without_its_server_it_is_unavailable(own_valkey_server: ValkeyServer) -> None:
    own_valkey_server.kill()
    async with connected(own_valkey_server) as connection:
        with pytest.raises(Unavailable):
            await RedisRateLimits(connection).take("a", RateLimit(1, 1))
