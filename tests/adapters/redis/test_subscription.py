"""What is heard on a channel, and when it is known that something may have been missed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.redis.subscription import Subscription
from solebook.adapters.system.stopwatch import SystemStopwatch

from ...redis_connections import PATIENCE, connected, until
from ...valkey_server import ValkeyServer


@dataclass
class Listener:
    """Keeps what was heard, and counts how often something may have been missed."""

    connection: RedisConnection
    subscription: Subscription
    heard: list[bytes] = field(default_factory=list)
    missed: int = 0

    async def hear(self, message: bytes) -> None:
        if message == b"nonsense":
            raise ValueError("not understood")
        self.heard.append(message)

    def miss(self) -> None:
        self.missed += 1

    async def listens(self) -> None:
        await until(lambda: self.subscription.is_heard)


@asynccontextmanager
async def listener(server: ValkeyServer) -> AsyncIterator[Listener]:
    async with connected(server) as connection:
        subscription = Subscription(connection, "news", beat=0.05, silence=0.2, pause=0.01)
        listener = Listener(connection, subscription)
        async with subscription.open(listener.hear, listener.miss):
            yield listener


async def test_what_is_published_is_heard_in_its_order(own_valkey_server: ValkeyServer) -> None:
    async with listener(own_valkey_server) as one, listener(own_valkey_server) as another:
        await one.listens()
        await another.listens()
        for number in range(3):
            await one.connection.call("PUBLISH", "news", f"{number}")
        await until(lambda: len(one.heard) == len(another.heard) == 3)
        assert one.heard == another.heard == [b"0", b"1", b"2"]


async def test_what_was_published_before_may_have_been_missed(
    own_valkey_server: ValkeyServer,
) -> None:
    async with listener(own_valkey_server) as one:
        await one.listens()
        assert (one.missed, one.heard) == (1, [])


async def test_a_quiet_channel_stays_subscribed(own_valkey_server: ValkeyServer) -> None:
    async with listener(own_valkey_server) as one:
        await one.listens()
        for _ in range(5):
            await asyncio.sleep(0.1)  # longer than the silence that is borne
            assert (one.missed, one.subscription.is_heard) == (1, True)


async def test_a_server_that_dies_is_missed_and_heard_again(
    own_valkey_server: ValkeyServer,
) -> None:
    async with listener(own_valkey_server) as one:
        await one.listens()
        own_valkey_server.kill()
        await until(lambda: one.missed == 2)
        assert not one.subscription.is_heard
        own_valkey_server.start()
        await one.listens()
        assert one.missed == 3
        await one.connection.call("PUBLISH", "news", "again")
        await until(lambda: one.heard == [b"again"])


async def test_a_server_that_hangs_is_missed_and_heard_again(
    own_valkey_server: ValkeyServer,
) -> None:
    async with listener(own_valkey_server) as one:
        await one.listens()
        own_valkey_server.pause()
        await until(lambda: one.missed == 2)
        own_valkey_server.resume()
        await one.listens()
        assert one.missed == 3


async def test_a_server_may_come_later(own_valkey_server: ValkeyServer) -> None:
    own_valkey_server.kill()
    async with listener(own_valkey_server) as one:
        await asyncio.sleep(0.05)
        assert (one.missed, one.subscription.is_heard) == (0, False)
        own_valkey_server.start()
        await one.listens()
        assert one.missed == 1


async def test_a_message_that_is_not_understood_counts_as_missed(
    own_valkey_server: ValkeyServer,
) -> None:
    async with listener(own_valkey_server) as one:
        await one.listens()
        for message in ("nonsense", "sense"):
            await one.connection.call("PUBLISH", "news", message)
        await until(lambda: one.heard == [b"sense"])
        assert one.missed == 2


async def test_listening_ends_with_its_block(own_valkey_server: ValkeyServer) -> None:
    before = asyncio.all_tasks()
    async with listener(own_valkey_server) as one:
        await one.listens()
    assert asyncio.all_tasks() == before
    assert own_valkey_server.command("PUBLISH", "news", "nobody hears") == ":0\r\n"


@pytest.mark.parametrize("steps", range(1, 25))
async def test_listening_can_be_ended_at_any_time(valkey_server: ValkeyServer, steps: int) -> None:
    async with connected(valkey_server) as connection:
        subscription = Subscription(connection, "news", beat=0.0, pause=0.0)
        listener = Listener(connection, subscription)

        async def listen_for_a_while() -> None:
            async with subscription.open(listener.hear, listener.miss):
                await listener.listens()
                for _ in range(steps):
                    await asyncio.sleep(0)

        listening = asyncio.create_task(listen_for_a_while())
        ended, _ = await asyncio.wait([listening], timeout=PATIENCE / 10)
        assert ended


class Defective(RedisConnection):
    """A connection whose first subscription fails as nobody expects."""

    tries = 0

    @asynccontextmanager
    async def pubsub(self) -> AsyncIterator[PubSub]:
        self.tries += 1
        if self.tries == 1:
            raise KeyError("a slot that no node has")
        async with super().pubsub() as pubsub:
            yield pubsub


async def test_listening_goes_on_after_an_error_that_nobody_expects(
    valkey_server: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    access = RedisAccess(hosts=(("127.0.0.1", valkey_server.port),), timeout=PATIENCE)
    async with Defective(access, SystemStopwatch()) as connection:
        subscription = Subscription(connection, "news", pause=0.01)
        listener = Listener(connection, subscription)
        async with subscription.open(listener.hear, listener.miss):
            await listener.listens()
    assert "a slot that no node has" in caplog.text


async def test_a_client_that_subscribes_again_by_itself_may_have_missed_something(
    own_valkey_server: ValkeyServer,
) -> None:
    async with connected(own_valkey_server) as connection:
        subscription = Subscription(connection, "news")
        listener = Listener(connection, subscription)

        async def cut(_: bytes) -> None:
            [client] = connection._lent
            assert isinstance(client, Redis)
            await client.connection_pool.disconnect()

        async with subscription.open(cut, listener.miss):
            await listener.listens()
            await connection.call("PUBLISH", "news", "cut")
            await until(lambda: listener.missed == 2)
