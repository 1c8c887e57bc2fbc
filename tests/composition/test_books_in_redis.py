"""Order books that one process trades and another reads from a Redis that fails meanwhile."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TypeAlias

import msgspec
import pytest

from solebook.adapters.redis.book_reader import RedisBookReader
from solebook.composition.health import view_health_of
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings

from ..redis_connections import PATIENCE, connected, some_prefix
from ..valkey_server import ValkeyServer
from .redis_faults import FAULTS, hesitation
from .traded_books import in_redis, opened

pytestmark = pytest.mark.alone

TOLERATED = 0.5
"""Seconds by which an order may be late because of Redis."""
WHOLE_WITHIN = 2.0
"""Seconds in which Redis has all books again."""

Fault: TypeAlias = Callable[[ValkeyServer, float], AbstractAsyncContextManager[None]]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_books_that_are_read_while_redis_fails_are_true(
    on_sqlite: Settings, own_valkey_server: ValkeyServer, fault: Fault, full: bool
) -> None:
    prefix, chance = some_prefix(), random.Random(11)
    redis = RedisSettings(url=own_valkey_server.url, prefix=prefix)
    settings = msgspec.structs.replace(on_sqlite, redis=redis)
    async with AsyncExitStack() as stack:
        exchange = await stack.enter_async_context(opened(settings))
        connection = await stack.enter_async_context(
            connected(own_valkey_server, prefix=prefix, pause=0.01)
        )
        late, whole = (stack.enter_context(hesitation()) for _ in range(2))
        redis_reader = RedisBookReader(connection, 1)
        await in_redis(exchange, redis_reader)
        reading = asyncio.create_task(exchange.read())
        stack.callback(reading.cancel)
        for _ in range(10 if full else 1):
            async with fault(own_valkey_server, 5.0 if full else 2.0):
                for _ in range(50):
                    await late.of(lambda: exchange.trade(chance))
            await whole.of(lambda: in_redis(exchange, redis_reader))
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    print(
        f"{len(exchange.answers)} answers; the longest order took {late.longest * 1000:.0f} ms, "
        f"books were whole after {whole.longest * 1000:.0f} ms"
    )
    assert exchange.answers
    assert exchange.wrong() == []
    assert late.longest < TOLERATED, late.where
    assert whole.longest < WHOLE_WITHIN


async def test_the_health_of_the_engine_says_how_far_redis_is_behind(
    on_sqlite: Settings, own_valkey_server: ValkeyServer
) -> None:
    redis = RedisSettings(url=own_valkey_server.url)
    settings = msgspec.structs.replace(on_sqlite, redis=redis)
    async with opened(settings) as exchange:
        view_health = view_health_of(exchange.engine)
        async with asyncio.timeout(PATIENCE):
            while (await view_health())["books in redis"].state != "are published":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        own_valkey_server.pause()
        await exchange.trade(random.Random(1))
        state = (await view_health())["books in redis"].state
        own_valkey_server.resume()
        assert state.startswith("1 wait")
