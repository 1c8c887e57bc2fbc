"""An engine that is reached over NATS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from solebook.adapters.nats.matching_server import MatchingServer
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.adapters.nats.remote_matching import RemoteMatching
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.matching import Matching

PREFIX = "test"


@asynccontextmanager
async def across_network(url: str, matching: Matching) -> AsyncIterator[Matching]:
    """Serve an engine over one connection, and yield the way to it over another."""
    access = NatsAccess(servers=(url,))
    async with Network(access) as here, Network(access) as there:
        server = MatchingServer(there, prefix=PREFIX)
        async with server.serving(matching, Unlimited(), shard=0, epoch=1):

            async def epoch() -> int:
                return 1

            yield RemoteMatching(here, shard=0, prefix=PREFIX, epoch=epoch)
