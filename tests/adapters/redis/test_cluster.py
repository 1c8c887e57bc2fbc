"""A cluster, of one node that has all slots."""

import asyncio
import time
from collections.abc import Iterator, Sequence

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.book_keys import BookKeys
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.redis.rate_limits import RedisRateLimits
from solebook.adapters.redis.subscription import Subscription
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.book_views import StoredBooks
from solebook.ports.language.market import BookKey, BookView
from solebook.ports.language.rate_limits import RateLimit

from ...ports.records import Records
from ...ports.shared_books import views_over
from ...ports.small_books import whole
from ...redis_connections import PATIENCE, until
from ...valkey_server import ValkeyServer, running_valkey

pytestmark = [pytest.mark.real, pytest.mark.integration]


class Nothing(StoredBooks):
    """A store without books."""

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        return [BookView(book, 0) for book in books]


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


async def test_after_a_failure_all_books_are_looked_for(
    node: ValkeyServer, ids: SeededIds, clock: VirtualClock
) -> None:
    """A node that has lost books may be another one than the one that tells of losses."""
    access = RedisAccess(kind="cluster", hosts=(("127.0.0.1", node.port),))
    book, other = (Records(ids=ids, clock=clock).book() for _ in range(2))
    async with RedisConnection(access, SystemStopwatch(), pause=0.1) as connection:
        key = BookKeys(connection).of(book)[0]
        views = views_over(connection, Nothing(), beat=PATIENCE)
        async with views.publishing():
            await views.begin(0, 1, 6, Unlimited(), epoch=1)
            await views.show_halts([])
            await views.publish(whole(book, 7))
            await views.publish(whole(other, 7))
            await until(lambda: node.command("EXISTS", key) == ":1\r\n")
            node.command("DEL", key)
            node.pause()
            await views.publish(whole(other, 8))
            await until(lambda: views.lag.books > 0 and views.lag.seconds > 0.3)
            node.resume()
            await until(lambda: node.command("EXISTS", key) == ":1\r\n")
