"""Adapters on Redis. They import their packages when they are built: those are an extra."""

from collections.abc import AsyncIterator, Awaitable, Callable, Set
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from ..adapters.decorators.fallback_rate_limits import FallbackRateLimits
from ..adapters.memory.book_views import MemoryBookViews
from ..adapters.memory.cache import MemoryCache
from ..adapters.memory.rate_limits import MemoryRateLimits
from ..config.cache import CacheSettings
from ..config.redis import RedisSettings
from ..config.settings import Settings
from ..config.stream import StreamSettings
from ..ports.access_tokens import RevokedSessions
from ..ports.book_views import BookViews, StoredBooks
from ..ports.cache import Cache
from ..ports.cache_invalidations import CacheInvalidations
from ..ports.clock import Clock
from ..ports.language.catalog import Product
from ..ports.language.ids import ProductId
from ..ports.language.process_roles import ProcessRole
from ..ports.order_stream import OrderStream
from ..ports.rate_limits import RateLimits
from ..ports.service_check import ServiceCheck
from ..ports.stopwatch import Stopwatch
from .encryption import encryption_of

if TYPE_CHECKING:
    from ..adapters.redis.access import RedisAccess
    from ..adapters.redis.book_views import RedisBookViews
    from ..adapters.redis.connection import RedisConnection
    from ..adapters.streams.mirrored_books import MirroredBookViews


@asynccontextmanager
async def open_redis(
    settings: Settings, stopwatch: Stopwatch, who: str
) -> "AsyncIterator[RedisConnection]":
    """Open the connection to Redis, which need not be there."""
    from ..adapters.redis.connection import RedisConnection  # an optional package

    redis = settings.redis
    async with RedisConnection(
        redis_access_of(redis, who),
        stopwatch,
        prefix=redis.prefix,
        failures=redis.failures,
        pause=redis.pause.total_seconds(),
    ) as connection:
        yield connection


@asynccontextmanager
async def open_redis_product_invalidations(
    redis: "RedisConnection",
) -> AsyncIterator[CacheInvalidations[ProductId]]:
    """Open the channel for products that the caches of all processes must forget."""
    from ..adapters.redis.cache_invalidations import RedisCacheInvalidations

    invalidations = RedisCacheInvalidations(
        redis, redis.name("changes", "products"), read=lambda text: ProductId(UUID(text))
    )
    async with invalidations.open():
        yield invalidations


@asynccontextmanager
async def open_redis_product_cache(
    redis: "RedisConnection",
    invalidations: CacheInvalidations[ProductId],
    clock: Clock,
    settings: CacheSettings,
) -> AsyncIterator[Cache[ProductId, Product]]:
    """Open the product cache of all processes. A product lives in Redis, and then in a process."""
    from ..adapters.redis.cache import RedisCache
    from ..adapters.redis.products import decode_product, encode_product

    life = settings.product_life / 2
    cache = RedisCache[ProductId, Product](
        redis,
        "products",
        MemoryCache(clock, size=settings.products, life=life, name="products"),
        invalidations=invalidations,
        life=life,
        encode=encode_product,
        decode=decode_product,
    )
    async with cache.open():
        yield cache


@asynccontextmanager
async def open_mirrored_books(
    redis: "RedisConnection", stored: StoredBooks, roles: Set[ProcessRole], shards: int
) -> "AsyncIterator[MirroredBookViews]":
    """Open the books of this process's engines, and of others' as they tell of them over Redis.

    Only a process with HTTP listens. The others read the books in Redis.
    """
    from ..adapters.redis.book_listener import SILENCE, BookListener
    from ..adapters.redis.book_news import channel_of
    from ..adapters.redis.book_reader import RedisBookReader
    from ..adapters.redis.remote_books import RedisBooks
    from ..adapters.redis.subscription import Subscription
    from ..adapters.streams.book_mirror import BookMirror
    from ..adapters.streams.mirrored_books import MirroredBookViews
    from ..adapters.streams.mirrors import Mirrors

    source = RedisBooks(RedisBookReader(redis, shards))

    def mirror_of(shard: int, shown: MemoryBookViews) -> BookMirror:
        return BookMirror(source, stored, shard=shard, shards=shards, shown=shown, silence=SILENCE)

    mirrors = Mirrors(shards, mirror_of)
    listener = BookListener(mirrors.of_shards, is_ordered=not redis.is_cluster)
    async with AsyncExitStack() as stack:
        if ProcessRole.HTTP in roles:
            subscription = Subscription(redis, channel_of(redis))
            await stack.enter_async_context(subscription.open(listener.hear, listener.miss))
        yield MirroredBookViews(mirrors)


@asynccontextmanager
async def open_redis_order_stream(
    redis: "RedisConnection", settings: StreamSettings, roles: Set[ProcessRole]
) -> AsyncIterator[OrderStream]:
    """Open the stream of changed orders. Only a process with HTTP listens."""
    from ..adapters.redis.channel import RedisChannel
    from ..adapters.streams.channel import Channel
    from ..adapters.streams.order_stream import ToldOrderStream

    channel = Channel(RedisChannel(redis, redis.name("told", "orders")))
    stream = ToldOrderStream(channel, queue=settings.queue)
    hear = stream.hear if ProcessRole.HTTP in roles else None
    async with channel.open(hear, stream.miss):
        yield stream


@asynccontextmanager
async def open_redis_book_views(
    redis: "RedisConnection",
    without: BookViews,
    shown: MemoryBookViews,
    shards: int,
    between: str,
) -> "AsyncIterator[RedisBookViews]":
    """Open the published books of all processes. `without` are those without Redis.

    If the streams go `between` processes over Redis, `without` mirrors what is published there.
    """
    from ..adapters.redis.book_views import RedisBookViews

    views = RedisBookViews(redis, without, shown, shards=shards, tells=between == "redis")
    async with views.publishing():
        yield views


def books_in_redis(views: "RedisBookViews") -> Callable[[], Awaitable[str]]:
    """Return what says how far Redis is behind the engines of this process."""

    async def say() -> str:
        lag = views.lag
        if not lag.books:
            return "are published"
        return f"{lag.books} wait, the oldest for {lag.seconds:.1f} s"

    return say


def redis_rate_limits(redis: "RedisConnection", clock: Clock) -> RateLimits:
    """Return the rate limits of all processes, and while Redis is away those of this one."""
    from ..adapters.redis.rate_limits import RedisRateLimits

    return FallbackRateLimits(RedisRateLimits(redis), MemoryRateLimits(clock))


def redis_revoked_sessions(
    redis: "RedisConnection", stored: RevokedSessions, clock: Clock
) -> RevokedSessions:
    """Return the revoked sessions of the store, with Redis in front."""
    from ..adapters.redis.revoked_sessions import RedisRevokedSessions

    return RedisRevokedSessions(redis, stored, clock)


def check_of_redis(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries Redis, or None without Redis. Raises OSError like `redis_access_of`."""
    if not settings.redis.url:
        return None
    from ..adapters.redis.check import RedisCheck

    access = redis_access_of(settings.redis, "solebook check")
    return RedisCheck(access, prefix=settings.redis.prefix)


def redis_access_of(settings: RedisSettings, who: str) -> "RedisAccess":
    """Return how to reach Redis. The URL's user and password take precedence.

    Raises OSError if a file of TLS cannot be used.
    """
    from ..adapters.redis.access import RedisAccess

    address = settings.address
    assert address is not None
    is_encrypted = address.is_encrypted or settings.ca is not None
    if is_encrypted:
        encryption_of("redis", settings)  # redis-py would name no file, and not before a call
    return RedisAccess(
        kind=address.kind,
        hosts=address.hosts,
        service=address.service,
        database=address.database,
        user=address.user or settings.user,
        password=address.password or settings.password,
        sentinel_user=settings.sentinel_user,
        sentinel_password=settings.sentinel_password,
        is_encrypted=is_encrypted,
        ca=settings.ca,
        cert=settings.cert,
        key=settings.key,
        connections=settings.connections,
        timeout=settings.timeout.total_seconds(),
        name=who,
    )
