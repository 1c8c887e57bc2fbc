"""What several processes on one NATS server tell each other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import uuid4

from solebook.adapters.nats.cache_invalidations import NatsCacheInvalidations
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.adapters.nats.subject import NatsSubject
from solebook.adapters.streams.channel import Channel
from solebook.adapters.streams.order_stream import ToldOrderStream

PATIENCE = 30.0
"""Seconds for what takes a few milliseconds on a quiet machine."""


class Listener(Protocol):
    """An adapter on a channel."""

    async def hear(self, item: bytes) -> None: ...

    def miss(self) -> None: ...


L = TypeVar("L", bound=Listener)


@dataclass
class Across(Generic[L]):
    """An adapter of one process, and how much it has told and heard."""

    adapter: L
    network: "LeakyNetwork"
    channel: "CountedChannel"
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

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(PATIENCE):
            while not is_so():  # noqa: ASYNC110  # another process of the network acts
                await asyncio.sleep(0.002)


class CountedChannel(Channel):
    """Counts what is told."""

    told = 0

    def tell(self, item: bytes) -> None:
        self.told += 1
        super().tell(item)


class LeakyNetwork(Network):
    """A connection on which messages may be lost."""

    leaks = False

    async def publish(
        self,
        subject: str,
        payload: bytes,
        *,
        reply: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        if not self.leaks:
            await super().publish(subject, payload, reply=reply, headers=headers)


@asynccontextmanager
async def processes(
    url: str, number: int, build: Callable[[LeakyNetwork, Channel], L]
) -> AsyncIterator[list[Across[L]]]:
    """Connect some processes to one channel."""
    subject = f"test-{uuid4().hex}"
    async with AsyncExitStack() as stack:
        opened: list[Across[L]] = []
        for _ in range(number):
            network = await stack.enter_async_context(LeakyNetwork(NatsAccess(servers=(url,))))
            channel = CountedChannel(NatsSubject(network, subject))
            across = Across(build(network, channel), network, channel)
            await stack.enter_async_context(channel.open(across.hear, across.miss))
            opened.append(across)
        yield opened


@asynccontextmanager
async def cache_invalidations(
    url: str, number: int
) -> AsyncIterator[list[Across[NatsCacheInvalidations[str]]]]:
    """Connect the invalidations of some processes."""

    def build(_: LeakyNetwork, channel: Channel) -> NatsCacheInvalidations[str]:
        return NatsCacheInvalidations(channel, read=str)

    async with processes(url, number, build) as opened:
        yield opened


@asynccontextmanager
async def order_streams(
    url: str, number: int, *, queue: int
) -> AsyncIterator[list[Across[ToldOrderStream]]]:
    """Connect the order streams of some processes."""

    def build(_: LeakyNetwork, channel: Channel) -> ToldOrderStream:
        return ToldOrderStream(channel, queue=queue)

    async with processes(url, number, build) as opened:
        yield opened
