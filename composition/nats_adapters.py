"""Adapters on NATS. They import their packages when they are built: those are an extra."""

from collections.abc import AsyncIterator, Set
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from ..adapters.memory.book_views import MemoryBookViews
from ..config.settings import Settings
from ..core.operations.lease_keeper import LeaseTenure
from ..ports.book_views import StoredBooks
from ..ports.cache_invalidations import CacheInvalidations
from ..ports.language.ids import ProductId
from ..ports.language.process_roles import ProcessRole
from ..ports.matching import ShardMatching
from ..ports.message_broker import MessageBroker
from ..ports.order_stream import OrderStream
from .across import Across
from .adapters import Store
from .keepers import shard_leases

if TYPE_CHECKING:
    from ..adapters.nats.network import Network
    from ..adapters.nats.sharded_books import ShardedBookViews


@asynccontextmanager
async def open_book_views(
    network: "Network",
    stored: StoredBooks,
    settings: Settings,
    roles: Set[ProcessRole],
    shards: int,
) -> "AsyncIterator[ShardedBookViews]":
    """Open the published books of this process's engines, or as other processes tell of them.

    Only a process with HTTP listens. The others read the stored books.
    """
    from ..adapters.nats.remote_books import RemoteBooks, heard_by
    from ..adapters.nats.sharded_books import ShardedBookViews
    from ..adapters.nats.subject import NatsSubject
    from ..adapters.nats.subjects import books_subject
    from ..adapters.nats.told_books import ToldBookViews
    from ..adapters.streams.book_mirror import BookMirror
    from ..adapters.streams.channel import Channel
    from ..adapters.streams.mirrors import Mirrors

    prefix = settings.nats.prefix

    def mirror_of(shard: int, shown: MemoryBookViews) -> BookMirror:
        source = RemoteBooks(network, prefix=prefix, shard=shard, shards=shards)
        return BookMirror(source, stored, shard=shard, shards=shards, shown=shown)

    mirrors = Mirrors(shards, mirror_of)
    told = []
    async with AsyncExitStack() as stack:
        for shard, mirror in enumerate(mirrors.of_shards):
            channel = Channel(NatsSubject(network, books_subject(prefix, shard, shards=shards)))
            hear = heard_by(mirror) if ProcessRole.HTTP in roles else None
            await stack.enter_async_context(channel.open(hear, mirror.miss))
            told.append(ToldBookViews(mirror, channel, network, prefix=prefix, shards=shards))
        yield ShardedBookViews(mirrors.shown, told)


@asynccontextmanager
async def open_order_stream(
    network: "Network", settings: Settings, roles: Set[ProcessRole]
) -> AsyncIterator[OrderStream]:
    """Open the stream of changed orders. Only a process with HTTP listens."""
    from ..adapters.nats.subject import NatsSubject
    from ..adapters.nats.subjects import orders_subject
    from ..adapters.streams.channel import Channel
    from ..adapters.streams.order_stream import ToldOrderStream

    channel = Channel(NatsSubject(network, orders_subject(settings.nats.prefix)))
    stream = ToldOrderStream(channel, queue=settings.stream.queue)
    hear = stream.hear if ProcessRole.HTTP in roles else None
    async with channel.open(hear, stream.miss):
        yield stream


@asynccontextmanager
async def open_product_invalidations(
    network: "Network", settings: Settings
) -> AsyncIterator[CacheInvalidations[ProductId]]:
    """Open the channel for products that the caches of all processes must forget."""
    from ..adapters.nats.cache_invalidations import NatsCacheInvalidations
    from ..adapters.nats.subject import NatsSubject
    from ..adapters.nats.subjects import products_subject
    from ..adapters.streams.channel import Channel

    channel = Channel(NatsSubject(network, products_subject(settings.nats.prefix)))
    invalidations = NatsCacheInvalidations(channel, read=lambda text: ProductId(UUID(text)))
    async with channel.open(invalidations.hear, invalidations.miss):
        yield invalidations


def across_nats(
    network: "Network",
    store: Store,
    book_views: "ShardedBookViews | None",
    broker: MessageBroker,
    settings: Settings,
    shards: int,
) -> Across:
    """Return how this process and the others reach each other over NATS.

    `book_views` are those that other processes are told of, if that goes over NATS too.
    """
    from ..adapters.nats.matching_server import MatchingServer
    from ..adapters.nats.micro import serving
    from ..adapters.nats.pulse import Pulse
    from ..adapters.nats.remote_matching import RemoteMatching
    from ..adapters.nats.shard_epochs import ShardEpochs

    nats = settings.nats
    server = MatchingServer(network, prefix=nats.prefix)

    epochs = ShardEpochs(store.leases, shard_leases(shards))

    def serve(
        shard: int, matching: ShardMatching, tenure: LeaseTenure
    ) -> AbstractAsyncContextManager[None]:
        epoch = tenure.lease.epoch
        return server.serving(matching, tenure, shard=shard, shards=shards, epoch=epoch)

    def tell_books(shard: int, tenure: LeaseTenure) -> AbstractAsyncContextManager[None]:
        if book_views is None:
            return nullcontext()
        return book_views.telling(shard, tenure.lease.epoch)

    def engine_of(shard: int) -> ShardMatching:
        return RemoteMatching(
            network,
            shard=shard,
            shards=shards,
            prefix=nats.prefix,
            epoch=partial(epochs, shard),
            timeout=nats.timeout.total_seconds(),
            patience=nats.patience.total_seconds(),
        )

    return Across(
        shards=[engine_of(shard) for shard in range(shards)],
        serve=serve,
        tell_books=tell_books,
        check=Pulse(network).check,
        serve_services=lambda services, version: serving(
            network, services, prefix=nats.prefix, version=version
        ),
        broker=broker,
    )
