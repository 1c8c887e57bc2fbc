"""A user of Redis that may do what the documentation says, and nothing else."""

import random
from collections.abc import Iterator

import msgspec
import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from solebook.adapters.redis.book_reader import RedisBookReader
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition.redis_adapters import open_redis
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings

from ..redis_acl import ON_A_SERVER, PASSWORD, PREFIX
from ..valkey_server import RedisServer, running_redis
from . import sharing_processes, traded_books
from .traded_books import in_redis

pytestmark = pytest.mark.real

ADMIN = "user default off\nuser admin on >admin ~* &* +@all\n"
KEPT = {"limits", "products", "sessions", "books", "book", "bids", "asks"}


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running_redis(ADMIN + ON_A_SERVER) as server:
        yield server


@pytest.fixture
def redis(server: RedisServer) -> RedisSettings:
    return RedisSettings(
        url=f"redis://127.0.0.1:{server.port}", prefix=PREFIX, user="solebook", password=PASSWORD
    )


@pytest.fixture
def admin(server: RedisServer) -> Iterator["Redis"]:
    with Redis(
        port=server.port, username="admin", password="admin", decode_responses=True
    ) as admin:
        yield admin


async def test_it_may_do_all_that_is_needed(
    on_sqlite: Settings, redis: RedisSettings, admin: "Redis"
) -> None:
    async with sharing_processes.opened(on_sqlite, redis) as exchange:
        token = await exchange.one.sign_in()
        assert await exchange.other.status_of(token) == 200
        assert await exchange.shown(exchange.other) == 0
        await exchange.edit(1)
        await exchange.shows(exchange.other, 1)
        assert (await exchange.one.call("DELETE", "/v1/sessions/current", token)).is_success
        assert await exchange.other.status_of(token) == 401
    settings = msgspec.structs.replace(on_sqlite, redis=redis)
    async with (
        traded_books.opened(settings) as traded,
        open_redis(settings, SystemStopwatch(), "a test") as connection,
    ):
        await traded.trade(random.Random(1))
        await in_redis(traded, RedisBookReader(connection, 1))
    keys = list(map(str, admin.keys()))
    assert {key.partition(":")[0] for key in keys} == {PREFIX}
    assert {key.split(":")[1] for key in keys} == KEPT
    assert admin.acl_log() == []


def test_it_may_not_do_anything_else(server: RedisServer) -> None:
    with Redis(port=server.port, username="solebook", password=PASSWORD) as client:
        assert client.set(f"{PREFIX}:a", "b")
        for command in ("FLUSHALL", "KEYS *", "CONFIG GET *", "GET other", "PUBLISH other a"):
            with pytest.raises(NoPermissionError):
                client.execute_command(*command.split())
