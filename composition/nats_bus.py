"""The event bus over NATS."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..adapters.system.clock import SystemClock
from ..adapters.system.ids import SystemIds
from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.ids import Ids
from ..ports.language.messages import Queue
from ..ports.randomness import Randomness
from .adapters import Store
from .application import Application
from .in_process_bus import build_dispatcher
from .network import open_network
from .sealing import cipher_of
from .sql_adapters import who_is

if TYPE_CHECKING:
    from ..adapters.nats.event_stream import EventStream
    from ..adapters.nats.jetstream import JetStream
    from ..adapters.nats.nats_bus import NatsBus
    from ..adapters.nats.network import Network

PARTITIONS: Final = 8
"""The number of partitions, and so of processes of a role that can share its messages."""


@asynccontextmanager
async def open_nats_bus(
    network: "Network",
    settings: Settings,
    store: Store,
    clock: Clock,
    ids: Ids,
    randomness: Randomness,
    holder: str,
    workers: Mapping[Queue, int],
) -> "AsyncIterator[NatsBus]":
    """Check the broker's stream, and yield a bus without consumers.

    Raises ValueError if the stream is not as this version needs it, and Unavailable.
    """
    from ..adapters.nats.nats_bus import NatsBus  # an optional package

    async with store.transaction():
        exchange = await store.sent_messages.known_as(str(ids.new()))
        stream, jetstream = _stream_of(network, settings, exchange)
        await stream.check()
    dispatcher = build_dispatcher(
        store, clock=clock, ids=ids, randomness=randomness, holder=holder, workers=workers
    )
    yield NatsBus(network, stream, jetstream, dispatcher, cipher=cipher_of(settings))


async def prepare_broker(settings: Settings) -> str | None:
    """Create or change the stream of events, and return its name, or None without a broker.

    The database must be up to date. Raises ValueError if the stream has another number of
    partitions or belongs to another exchange, and Unavailable.
    """
    if not settings.nats.servers:
        return None
    async with open_network(settings, who_is(None)) as network:
        stream = await _own_stream(network, settings)
        await stream.prepare()
        return stream.names.stream


@asynccontextmanager
async def watching_broker(
    application: Application, settings: Settings
) -> AsyncIterator[Application]:
    """Yield the application of a command so that it sees what the broker has, if there is one.

    Raises Unavailable.
    """
    if not settings.nats.servers:
        yield application
        return
    async with open_network(settings, who_is(None)) as network:
        stream, _ = _stream_of(network, settings)
        operations = application.operations
        backlog = replace(operations.view_backlog, broker=stream)
        yield replace(application, operations=replace(operations, view_backlog=backlog))


async def _own_stream(network: "Network", settings: Settings) -> "EventStream":
    """Return the stream of the exchange in the configured store, which gets a name if it had none.

    If the stream belongs to another exchange, nothing is stored, so that the other one can be
    copied to this store.
    """
    from ..adapters.sql.messages.sent_messages import SqlSentMessages
    from .sql_store import open_sql_database

    clock = SystemClock()
    async with open_sql_database(
        settings.store_url, migrate=False, who=who_is(None), cipher=cipher_of(settings)
    ) as database:
        sent_messages = SqlSentMessages(database, clock=clock)
        async with database.transaction():
            exchange = await sent_messages.known_as(str(SystemIds(clock).new()))
            stream, _ = _stream_of(network, settings, exchange)
            await stream.check_owner()
            return stream


def _stream_of(
    network: "Network", settings: Settings, exchange: str = ""
) -> "tuple[EventStream, JetStream]":
    from ..adapters.nats.event_stream import EventStream
    from ..adapters.nats.jetstream import JetStream
    from ..adapters.nats.subjects import EventNames

    nats = settings.nats
    jetstream = JetStream(network, timeout=nats.timeout.total_seconds())
    names = EventNames(nats.prefix, PARTITIONS)
    stream = EventStream(jetstream, names, exchange=exchange, replicas=nats.replicas)
    return stream, jetstream
