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
