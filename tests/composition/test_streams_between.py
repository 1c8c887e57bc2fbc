"""Every mix of servers carries the live streams as its settings say."""

import asyncio
from collections.abc import Set
from uuid import uuid4

import msgspec
import pytest

from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.order_stream import MemoryOrderStream
from solebook.adapters.nats.sharded_books import ShardedBookViews
from solebook.adapters.redis.book_views import RedisBookViews
from solebook.adapters.streams.mirrored_books import MirroredBookViews
from solebook.adapters.streams.order_stream import ToldOrderStream
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.nats_bus import prepare_broker
from solebook.config.nats import NatsSettings
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings
from solebook.config.stream import StreamSettings
from solebook.ports.language.process_roles import ALL_ROLES, ProcessRole

from ..nats_server import NatsServer
from ..redis_connections import some_prefix
from ..valkey_server import ValkeyServer


def kinds(application: Application) -> list[type[object]]:
    """Return the kinds of what publishes books, from the outside, and of the order stream."""
    views = application.adapters.book_views
    within = [views._without] if isinstance(views, RedisBookViews) else []
    return [*map(type, (views, *within)), type(application.adapters.order_stream)]


MIXES = {
    "postgres": [MemoryBookViews, MemoryOrderStream],
    "postgres redis": [RedisBookViews, MirroredBookViews, ToldOrderStream],
    "postgres nats": [ShardedBookViews, ToldOrderStream],
    "postgres nats redis": [RedisBookViews, ShardedBookViews, ToldOrderStream],
    "postgres nats redis between": [RedisBookViews, MirroredBookViews, ToldOrderStream],
    "sqlite redis": [RedisBookViews, MemoryBookViews, MemoryOrderStream],
}


@pytest.fixture(params=MIXES)
def mix(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def mixed(
    request: pytest.FixtureRequest, mix: str, valkey_server: ValkeyServer, nats_server: NatsServer
) -> Settings:
    store, *others = mix.split()
    settings: Settings = request.getfixturevalue(f"on_{store}")
    if "redis" in others:
        redis = RedisSettings(url=valkey_server.url, prefix=some_prefix())
        settings = msgspec.structs.replace(settings, redis=redis)
    if "nats" in others:
        nats = NatsSettings(url=nats_server.url, prefix=f"test-{uuid4().hex}")
        settings = msgspec.structs.replace(settings, nats=nats)
    if "between" in others:
        stream = StreamSettings(between="redis")
        settings = msgspec.structs.replace(settings, stream=stream)
    return settings


@pytest.mark.parametrize("roles", [ALL_ROLES, {ProcessRole.MATCHING}], ids=["all", "engine"])
async def test_every_mix_is_built_and_leaves_nothing_running(
    mix: str, mixed: Settings, roles: Set[ProcessRole]
) -> None:
    if mixed.nats.servers:
        await prepare_broker(mixed)
    before = asyncio.all_tasks()
    async with open_application(mixed, roles=roles) as application:
        assert kinds(application) == MIXES[mix]
    assert asyncio.all_tasks() == before
