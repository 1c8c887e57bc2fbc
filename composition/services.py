"""The network on which services are served to other programs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ..adapters.nats.micro import MicroEndpoint, MicroReply, MicroService, serving
from ..config.settings import Settings
from .network import open_network

__all__ = ["MicroEndpoint", "MicroReply", "MicroService", "serving", "serving_over_nats"]


@asynccontextmanager
async def serving_over_nats(
    settings: Settings, services: Sequence[MicroService], *, version: str, who: str
) -> AsyncIterator[None]:
    """Serve services over NATS micro until the block is left. Raises Unavailable, OSError."""
    async with (
        open_network(settings, who) as network,
        serving(network, services, prefix=settings.nats.prefix, version=version),
    ):
        yield
