"""Engines that are reached over NATS."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from solebook.adapters.nats.matching_server import MatchingServer
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.adapters.nats.remote_matching import RemoteMatching
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.matching import ShardMatching

PREFIX = "test"


@asynccontextmanager
async def across_network(
    url: str, shards: Sequence[ShardMatching]
) -> AsyncIterator[list[ShardMatching]]:
    """Serve the engines of shards over one connection, and yield the ways to them over another."""
    access = NatsAccess(servers=(url,))

    async def epoch() -> int:
        return 1

    async with (
        Network(access) as here,
        Network(access) as there,
        AsyncExitStack() as stack,
    ):
        server = MatchingServer(there, prefix=PREFIX)
        for number, engine in enumerate(shards):
            serving = server.serving(engine, Unlimited(), shard=number, epoch=1)
            await stack.enter_async_context(serving)
        yield [
            RemoteMatching(here, shard=number, prefix=PREFIX, epoch=epoch)
            for number in range(len(shards))
        ]
