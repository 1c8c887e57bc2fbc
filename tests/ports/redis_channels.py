"""The order streams of several processes that share a Redis."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from solebook.adapters.redis.channel import RedisChannel
from solebook.adapters.streams.channel import Channel
from solebook.adapters.streams.order_stream import ToldOrderStream

from ..redis_connections import connected, some_prefix, until
from ..valkey_server import ValkeyServer


class LeakyChannel(RedisChannel):
    """A channel on which messages may be lost."""

    leaks = False

    async def publish(self, payload: bytes) -> None:
        if not self.leaks:
            await super().publish(payload)


@dataclass
class Process:
    """The order stream of one process."""

    stream: ToldOrderStream
    transport: LeakyChannel
    channel: Channel
    missed: int = 0

    async def until_missed(self, times: int) -> None:
        """Wait until messages may have been lost so many times."""
        await until(lambda: self.missed >= times)

    def miss(self) -> None:
        self.stream.miss()
        self.missed += 1


@asynccontextmanager
async def order_streams(
    server: ValkeyServer, number: int, *, queue: int
) -> AsyncIterator[list[Process]]:
    """Connect the order streams of some processes, which listen when they are there."""
    prefix = some_prefix()
    async with AsyncExitStack() as stack:
        opened: list[Process] = []
        for _ in range(number):
            connection = await stack.enter_async_context(connected(server, prefix=prefix))
            transport = LeakyChannel(connection, connection.name("told", "orders"))
            channel = Channel(transport)
            process = Process(ToldOrderStream(channel, queue=queue), transport, channel)
            await stack.enter_async_context(channel.open(process.stream.hear, process.miss))
            await process.until_missed(1)  # when the subscription begins
            opened.append(process)
        yield opened
