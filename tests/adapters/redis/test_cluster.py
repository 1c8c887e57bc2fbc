"""A cluster, of one node that has all slots."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.redis.rate_limits import RedisRateLimits
from solebook.adapters.redis.subscription import Subscription
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.language.rate_limits import RateLimit

from ...redis_connections import PATIENCE, until
from ...valkey_server import ValkeyServer, running_valkey

pytestmark = [pytest.mark.real, pytest.mark.integration]


@pytest.fixture
def node() -> Iterator[ValkeyServer]:
    with running_valkey("cluster-enabled yes\n") as server:
        server.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        give_up_at = time.monotonic() + PATIENCE
        while "cluster_state:ok" not in server.command("CLUSTER", "INFO"):
            assert time.monotonic() < give_up_at
        yield server


async def test_scripts_run_and_messages_are_heard(node: ValkeyServer) -> None:
    access = RedisAccess(
        kind="cluster", hosts=(("127.0.0.1", node.port),), timeout=PATIENCE, connections=5
    )
    heard: list[bytes] = []

    async def hear(message: bytes) -> None:
        heard.append(message)

    async with RedisConnection(access, SystemStopwatch(), prefix="mine") as connection:
        limits = RedisRateLimits(connection)
        taking = (limits.take(f"bucket {n % 5}", RateLimit(2, 0.001)) for n in range(50))
        outcomes = await asyncio.gather(*taking, return_exceptions=True)
        assert outcomes.count(None) == 10
        subscription = Subscription(connection, connection.name("news"))
        async with subscription.open(hear, lambda: None):
            await until(lambda: subscription.is_heard)
            await connection.call("PUBLISH", connection.name("news"), "hello")
            await until(lambda: heard == [b"hello"])
