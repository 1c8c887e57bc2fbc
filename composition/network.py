"""The connection to NATS, for processes that reach others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ..config.nats import NatsSettings
from ..config.settings import Settings
from .encryption import encryption_of

if TYPE_CHECKING:
    from ..adapters.nats.network import NatsAccess, Network


@asynccontextmanager
async def open_network(settings: Settings, who: str) -> "AsyncIterator[Network]":
    """Connect to NATS, and tell its server `who` is connected.

    Raises Unavailable if no server can be reached, and OSError for a file of TLS that is not there.
    """
    from ..adapters.nats.network import Network  # an optional package

    async with Network(access_of(settings.nats, who)) as network:
        yield network


def require_network(settings: Settings, shards: int) -> None:
    """Raise ValueError if this process cannot reach the engines of several shards."""
    if shards > 1 and not settings.nats.servers:
        raise ValueError(
            f"{shards} shards need NATS (nats.url), over which their engines are reached, and "
            "PostgreSQL. Without them one process would have all engines, and several are slower "
            "there than one. `solebook admin reshard 1` makes one shard of several"
        )


def access_of(settings: NatsSettings, who: str) -> "NatsAccess":
    """Return how to reach NATS. Raises OSError if a file of TLS cannot be read."""
    from ..adapters.nats.network import NatsAccess

    return NatsAccess(
        servers=settings.servers,
        name=who,
        user=settings.user,
        password=settings.password,
        token=settings.token,
        credentials=settings.credentials,
        tls=encryption_of("nats", settings) if settings.is_encrypted else None,
        connect_timeout=settings.connect_timeout.total_seconds(),
    )
