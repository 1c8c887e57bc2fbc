"""What several processes on one NATS server or one Redis tell each other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar
from uuid import uuid4

from solebook.adapters.nats.cache_invalidations import NatsCacheInvalidations
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.adapters.nats.subject import NatsSubject
from solebook.adapters.redis.channel import RedisChannel
from solebook.adapters.streams.channel import Channel, Hear, Missed, Transport
from solebook.adapters.streams.order_stream import ToldOrderStream

from ..nats_server import NatsServer
from ..redis_connections import connected, some_prefix
from ..valkey_server import ValkeyServer

PATIENCE = 30.0
"""Seconds for what takes a few milliseconds on a quiet machine."""


class Listener(Protocol):
    """An adapter on a channel."""

    async def hear(self, item: bytes) -> None: ...

    def miss(self) -> None: ...


L = TypeVar("L", bound=Listener)


class LeakyTransport(Transport):
    """A transport on which messages may be lost."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.leaks = False

    @property
    def name(self) -> str:
        return self._transport.name

    async def publish(self, payload: bytes) -> None:
        if not self.leaks:
            await self._transport.publish(payload)

    def listening(self, hear: Hear, missed: Missed) -> AbstractAsyncContextManager[None]:
        return self._transport.listening(hear, missed)


class CountedChannel(Channel):
    """Counts what is told."""

    told = 0

    def tell(self, item: bytes) -> None:
        self.told += 1
        super().tell(item)


@dataclass
class Across(Generic[L]):
    """An adapter of one process, and how much it has told and heard."""

    adapter: L
    transport: LeakyTransport
    channel: CountedChannel
    heard: int = 0
    missed: int = 0

    async def hear(self, item: bytes) -> None:
        await self.adapter.hear(item)
        self.heard += 1

    def miss(self) -> None:
        self.adapter.miss()
        self.missed += 1

    async def sent(self) -> None:
        """Wait until everything that was told is sent, or lost."""
        await self.channel.flush()

    async def until_missed(self, times: int) -> None:
        """Wait until messages may have been lost so many times."""
        await self.until(lambda: self.missed >= times)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(PATIENCE):
            while not is_so():  # noqa: ASYNC110  # another process of the network acts
                await asyncio.sleep(0.002)


@asynccontextmanager
async def listening(
    transport: Transport, build: Callable[[Channel], L]
) -> AsyncIterator[Across[L]]:
    """Open the adapter of one process on a channel."""
    leaky = LeakyTransport(transport)
    channel = CountedChannel(leaky)
    across = Across(build(channel), leaky, channel)
    async with channel.open(across.hear, across.miss):
        yield across


@asynccontextmanager
async def processes(
    url: str, number: int, build: Callable[[Network, Channel], L]
) -> AsyncIterator[list[Across[L]]]:
    """Connect some processes to one channel over NATS."""
    subject = f"test-{uuid4().hex}"
    async with AsyncExitStack() as stack:
        opened: list[Across[L]] = []
        for _ in range(number):
            network = await stack.enter_async_context(Network(NatsAccess(servers=(url,))))
            transport = NatsSubject(network, subject)
            opening = listening(transport, partial(build, network))
            opened.append(await stack.enter_async_context(opening))
        yield opened


@asynccontextmanager
async def processes_on_redis(
    server: ValkeyServer, number: int, build: Callable[[Channel], L]
) -> AsyncIterator[list[Across[L]]]:
    """Connect some processes to one channel over Redis."""
    prefix = some_prefix()
    async with AsyncExitStack() as stack:
        opened: list[Across[L]] = []
        for _ in range(number):
            connection = await stack.enter_async_context(connected(server, prefix=prefix))
            transport = RedisChannel(connection, connection.name("told"))
            one = await stack.enter_async_context(listening(transport, build))
            await one.until_missed(1)  # when the subscription begins
            opened.append(one)
        yield opened


@asynccontextmanager
async def cache_invalidations(
    url: str, number: int
) -> AsyncIterator[list[Across[NatsCacheInvalidations[str]]]]:
    """Connect the invalidations of some processes."""

    def build(_: Network, channel: Channel) -> NatsCacheInvalidations[str]:
        return NatsCacheInvalidations(channel, read=str)

    async with processes(url, number, build) as opened:
        yield opened


@asynccontextmanager
async def order_streams(
    server: NatsServer | ValkeyServer, number: int, *, queue: int
) -> AsyncIterator[list[Across[ToldOrderStream]]]:
    """Connect the order streams of some processes."""

    def build(channel: Channel) -> ToldOrderStream:
        return ToldOrderStream(channel, queue=queue)

    opening = (
        processes_on_redis(server, number, build)
        if isinstance(server, ValkeyServer)
        else processes(server.url, number, lambda _, channel: build(channel))
    )
    async with opening as opened:
        yield opened
