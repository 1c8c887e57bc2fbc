"""The container: selects an adapter for each port from the settings."""

from collections.abc import Set
from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from ..adapters.decorators.broadcast_cache import BroadcastCache
from ..adapters.embedded.card_vault import EmbeddedCardVault
from ..adapters.embedded.journal import Journal
from ..adapters.embedded.payment_provider import EmbeddedPaymentProvider
from ..adapters.embedded.seller_accounts import EmbeddedSellerAccounts
from ..adapters.memory.book_stream import MemoryBookStream
from ..adapters.memory.book_views import MemoryBookViews
from ..adapters.memory.cache import MemoryCache
from ..adapters.memory.cache_invalidations import MemoryCacheInvalidations
from ..adapters.memory.order_stream import MemoryOrderStream
from ..adapters.memory.rate_limits import MemoryRateLimits
from ..adapters.memory.revoked_sessions import MemoryRevokedSessions
from ..adapters.memory.search_index import MemorySearchIndex
from ..adapters.system.clock import SystemClock, real_clock_of
from ..adapters.system.ids import SystemIds
from ..adapters.system.randomness import SystemRandomness
from ..adapters.system.stopwatch import SystemStopwatch
from ..config.settings import Settings
from ..core.bidding.matching_engine import EngineLimits
from ..core.payments.patience import Patience
from ..ports.access_tokens import AccessTokens, RevokedSessions
from ..ports.book_stream import BookStream
from ..ports.book_views import BookViews
from ..ports.cache import Cache
from ..ports.cache_invalidations import CacheInvalidations
from ..ports.card_vault import CardVault
from ..ports.clock import Clock
from ..ports.event_bus import EventBus
from ..ports.ids import Ids
from ..ports.language.catalog import Product
from ..ports.language.ids import ProductId
from ..ports.language.process_roles import ALL_ROLES, ProcessRole
from ..ports.messengers import Mailer, PushMessenger, TextMessenger
from ..ports.order_stream import OrderStream
from ..ports.passwords import Passwords
from ..ports.payment_provider import PaymentProvider
from ..ports.randomness import Randomness
from ..ports.rate_limits import RateLimits
from ..ports.search_index import SearchIndex
from ..ports.seller_accounts import SellerAccounts
from ..ports.stopwatch import Stopwatch
from ..ports.templates import Templates
from ..ports.wakeups import Wakeups
from . import from_settings, nats_adapters, photos, redis_adapters, sql_adapters, stripe_adapters
from .across import Across
from .adapters import Adapters, Store
from .application import Application
from .build import build_application
from .chart_parts import ChartParts
from .charts import open_charts
from .decorated_store import decorated_store
from .in_process_bus import build_in_process_bus
from .keepers import Keepers, build_shared_keepers, holder_of
from .memory_store import build_memory_store
from .messengers import mailers, push_messengers, templates_of, text_messengers
from .nats_bus import open_nats_bus
from .network import open_network
from .outside_messengers import mail_reports_of, push_server_key_of, text_reports_of
from .replica import Shown, open_replica, shown_from_readers, shown_from_replica, shown_from_store
from .tracing import with_spans
from .typesense_adapters import TypesenseIndex, check_of, index_of, open_typesense_index
from .webhook_sender import open_webhook_sender, webhook_rules

if TYPE_CHECKING:
    from ..adapters.nats.nats_bus import NatsBus
    from ..adapters.nats.network import Network
    from ..adapters.nats.sharded_books import ShardedBookViews
    from ..adapters.redis.book_views import RedisBookViews
    from ..adapters.redis.connection import RedisConnection
    from ..adapters.sql.engine.database import SqlDatabase
    from ..adapters.streams.mirrored_books import MirroredBookViews
    from ..adapters.stripe.client import StripeCalls


class Container(containers.DeclarativeContainer):
    """One provider per port. The settings select the adapter."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    migrate: providers.Provider[bool] = providers.Object(True)
    clock: providers.Provider[Clock] = providers.Singleton(SystemClock)
    real_clock: providers.Provider[Clock] = providers.Callable(real_clock_of, clock)
    ids: providers.Provider[Ids] = providers.Singleton(SystemIds, clock)
    randomness: providers.Provider[Randomness] = providers.Singleton(SystemRandomness)

    roles: providers.Provider[Set[ProcessRole]] = providers.Object(ALL_ROLES)
    keepers: providers.Provider[Keepers | None] = providers.Object(None)
    """The leases of a process that runs roles. Commands have none."""
    shards: providers.Provider[int] = providers.Object(1)
    who: providers.Provider[str] = providers.Object(sql_adapters.who_is(None))
    """What the store's server is told about this process."""
    sql_database: "providers.Provider[SqlDatabase]" = providers.Resource(
        sql_adapters.open_database, settings, migrate, who
    )
    lease_database: "providers.Provider[SqlDatabase]" = providers.Resource(
        sql_adapters.open_lease_database, settings, who
    )
    public_database: "providers.Provider[SqlDatabase]" = providers.Resource(
        sql_adapters.open_public_database, settings, who, sql_database
    )
    replica_database: "providers.Provider[SqlDatabase]" = providers.Resource(
        open_replica, settings, who
    )
    wakeups: providers.Provider[Wakeups] = providers.Resource(
        sql_adapters.open_wakeups, settings, who
    )
    carrier: providers.Provider[str] = providers.Object("process")
    """What carries messages to other processes: `nats`, or nothing beyond this `process`."""
    between: providers.Provider[str] = providers.Object("process")
    """What carries the live streams to other processes: `nats`, `redis`, or nothing."""
    network: "providers.Provider[Network]" = providers.Resource(open_network, settings, who)
    plain_store: providers.Provider[Store] = providers.Selector(
        settings.provided.store.kind,
        memory=providers.Singleton(build_memory_store, clock=clock, ids=ids),
        sqlite=providers.Singleton(sql_adapters.sql_store, sql_database, clock, ids, shards),
        postgres=providers.Singleton(
            sql_adapters.postgres_store, sql_database, lease_database, wakeups, clock, ids, shards
        ),
    )
    stopwatch: providers.Provider[Stopwatch] = providers.Singleton(SystemStopwatch)
    redis: "providers.Provider[RedisConnection]" = providers.Resource(
        redis_adapters.open_redis, settings, stopwatch, who
    )
    product_invalidations: providers.Provider[CacheInvalidations[ProductId]] = providers.Selector(
        carrier,
        process=providers.Singleton(MemoryCacheInvalidations),
        nats=providers.Resource(nats_adapters.open_product_invalidations, network, settings),
    )
    product_cache: providers.Provider[Cache[ProductId, Product]] = providers.Selector(
        settings.provided.redis.is_used,
        none=providers.Singleton(
            BroadcastCache,
            providers.Singleton(
                MemoryCache,
                clock,
                size=settings.provided.cache.products,
                life=settings.provided.cache.product_life,
                name="products",
            ),
            invalidations=product_invalidations,
        ),
        redis=providers.Resource(
            redis_adapters.open_redis_product_cache,
            redis,
            providers.Resource(redis_adapters.open_redis_product_invalidations, redis),
            clock,
            settings.provided.cache,
        ),
    )
    order_stream: providers.Provider[OrderStream] = providers.Selector(
        between,
        process=providers.Singleton(MemoryOrderStream, queue=settings.provided.stream.queue),
        nats=providers.Resource(nats_adapters.open_order_stream, network, settings, roles),
        redis=providers.Resource(
            redis_adapters.open_redis_order_stream, redis, settings.provided.stream, roles
        ),
    )
    store: providers.Provider[Store] = providers.Singleton(
        decorated_store, plain_store, product_cache=product_cache, order_stream=order_stream
    )
    passwords: providers.Provider[Passwords] = providers.Resource(
        from_settings.open_passwords, settings
    )
    access_tokens: providers.Provider[AccessTokens] = providers.Singleton(
        from_settings.jwt_access_tokens, settings, clock
    )
    stored_revoked_sessions: providers.Provider[RevokedSessions] = providers.Selector(
        settings.provided.store.kind,
        memory=providers.Singleton(MemoryRevokedSessions, clock),
        sqlite=providers.Singleton(sql_adapters.sql_revoked_sessions, sql_database, clock),
        postgres=providers.Singleton(sql_adapters.sql_revoked_sessions, sql_database, clock),
    )
    revoked_sessions: providers.Provider[RevokedSessions] = providers.Selector(
        settings.provided.redis.is_used,
        none=stored_revoked_sessions,
        redis=providers.Singleton(
            redis_adapters.redis_revoked_sessions, redis, stored_revoked_sessions, clock
        ),
    )
    own_book_views: providers.Provider[MemoryBookViews] = providers.Singleton(
        MemoryBookViews, store.provided.stored_books
    )
    told_book_views: "providers.Provider[ShardedBookViews]" = providers.Resource(
        nats_adapters.open_book_views, network, store.provided.stored_books, settings, roles, shards
    )
    mirrored_book_views: "providers.Provider[MirroredBookViews]" = providers.Resource(
        redis_adapters.open_mirrored_books, redis, store.provided.stored_books, roles, shards
    )
    book_views_here: providers.Provider[BookViews] = providers.Selector(
        between, process=own_book_views, nats=told_book_views, redis=mirrored_book_views
    )
    shown_books: providers.Provider[MemoryBookViews] = providers.Selector(
        between,
        process=own_book_views,
        nats=told_book_views.provided.shown,
        redis=mirrored_book_views.provided.shown,
    )
    redis_book_views: "providers.Provider[RedisBookViews]" = providers.Resource(
        redis_adapters.open_redis_book_views, redis, book_views_here, shown_books, shards, between
    )
    book_views: providers.Provider[BookViews] = providers.Selector(
        settings.provided.redis.is_used, none=book_views_here, redis=redis_book_views
    )
    book_stream: providers.Provider[BookStream] = providers.Singleton(
        MemoryBookStream,
        shown_books,
        clock,
        interval=settings.provided.stream.interval,
        queue=settings.provided.stream.queue,
        depth=settings.provided.stream.sent_levels,
    )
    stored_search_index: providers.Provider[SearchIndex] = providers.Selector(
        settings.provided.store.kind,
        memory=providers.Singleton(MemorySearchIndex),
        sqlite=providers.Singleton(sql_adapters.sqlite_search_index, sql_database),
        postgres=providers.Singleton(sql_adapters.postgres_search_index, sql_database),
    )
    typesense_index: providers.Provider[TypesenseIndex] = providers.Selector(
        settings.provided.typesense.is_used,
        none=providers.Object(None),
        typesense=providers.Resource(open_typesense_index, settings, stopwatch, real_clock),
    )
    search_index: providers.Provider[SearchIndex] = providers.Singleton(
        index_of, typesense_index, stored_search_index, settings
    )
    here: providers.Provider[Shown] = providers.Singleton(shown_from_store, store, search_index)
    shown_from_own_readers: providers.Provider[Shown] = providers.Singleton(
        shown_from_readers, search_index, public_database, settings
    )
    _replica_of = (replica_database, sql_database, stopwatch, settings)
    shown: providers.Provider[Shown] = providers.Selector(
        settings.provided.shown_from,
        store=here,
        replica=providers.Singleton(shown_from_replica, here, *_replica_of),
    )
    charts: providers.Provider[ChartParts] = providers.Resource(
        open_charts, settings, shown.provided.charts, store.provided.chart_backlog, stopwatch
    )
    journal: providers.Provider[Journal] = providers.Resource(from_settings.open_journal, settings)
    stripe_calls: "providers.Provider[StripeCalls]" = providers.Resource(
        stripe_adapters.open_stripe_calls, settings, stopwatch
    )
    payment_provider: providers.Provider[PaymentProvider] = providers.Selector(
        settings.provided.payments.adapter,
        embedded=providers.Singleton(
            EmbeddedPaymentProvider,
            journal,
            clock,
            providers.Callable(from_settings.webhook_secret, settings),
            old_webhook_secret=settings.provided.payments.old_webhook_secret,
        ),
        stripe=providers.Singleton(
            stripe_adapters.stripe_payment_provider, stripe_calls, settings, real_clock
        ),
    )
    seller_accounts: providers.Provider[SellerAccounts] = providers.Selector(
        settings.provided.payments.adapter,
        embedded=providers.Singleton(EmbeddedSellerAccounts, journal, settings.provided.public_url),
        stripe=providers.Singleton(stripe_adapters.stripe_seller_accounts, stripe_calls, settings),
    )
    card_vault: providers.Provider[CardVault] = providers.Selector(
        settings.provided.payments.adapter,
        embedded=providers.Singleton(EmbeddedCardVault, payment_provider),
        stripe=providers.Singleton(stripe_adapters.stripe_card_vault, stripe_calls),
    )
    templates: providers.Provider[Templates] = providers.Singleton(templates_of, settings)
    mailer: providers.Provider[Mailer] = providers.Selector(
        settings.provided.mail_adapter, **mailers(settings, clock, real_clock, stopwatch)
    )
    text_messenger: providers.Provider[TextMessenger] = providers.Selector(
        settings.provided.sms_adapter, **text_messengers(settings, real_clock, stopwatch)
    )
    push_messenger: providers.Provider[PushMessenger] = providers.Selector(
        settings.provided.push_adapter, **push_messengers(settings, real_clock, stopwatch)
    )
    nats_bus: "providers.Provider[NatsBus]" = providers.Resource(
        open_nats_bus,
        network,
        settings,
        store,
        clock,
        ids,
        randomness,
        providers.Callable(from_settings.claim_holder, settings, ids),
        providers.Callable(from_settings.workers_of_queues, settings),
    )
    event_bus: providers.Provider[EventBus] = providers.Selector(
        carrier,
        process=providers.Singleton(
            build_in_process_bus,
            store,
            clock=clock,
            ids=ids,
            randomness=randomness,
            holder=providers.Callable(from_settings.claim_holder, settings, ids),
            workers=providers.Callable(from_settings.workers_of_queues, settings),
        ),
        nats=nats_bus,
    )
    rate_limits: providers.Provider[RateLimits] = providers.Selector(
        settings.provided.redis.is_used,
        none=providers.Singleton(MemoryRateLimits, clock),
        redis=providers.Singleton(redis_adapters.redis_rate_limits, redis, clock),
    )
    plain: providers.Provider[Adapters] = providers.Singleton(
        Adapters,
        store=store,
        stored_products=plain_store.provided.products,
        clock=clock,
        real_clock=real_clock,
        ids=ids,
        randomness=randomness,
        passwords=passwords,
        access_tokens=access_tokens,
        revoked_sessions=revoked_sessions,
        book_views=book_views,
        search_index=search_index,
        shown_tape=shown.provided.tape,
        charts=charts,
        shown_search=shown.provided.search,
        book_stream=book_stream,
        order_stream=order_stream,
        product_cache=product_cache,
        payment_provider=payment_provider,
        seller_accounts=seller_accounts,
        card_vault=card_vault,
        templates=templates,
        mailer=mailer,
        text_messenger=text_messenger,
        push_messenger=push_messenger,
        push_server_key=providers.Singleton(push_server_key_of, settings),
        mail_reports=providers.Singleton(mail_reports_of, settings),
        text_reports=providers.Singleton(text_reports_of, settings),
        webhook_sender=providers.Resource(open_webhook_sender, settings),
        photos=providers.Singleton(photos.photos_of, settings, stopwatch),
        pictures=providers.Resource(photos.open_pictures, settings),
        event_bus=event_bus,
        rate_limits=rate_limits,
    )
    adapters: providers.Provider[Adapters] = providers.Singleton(with_spans, plain, settings)
    across: providers.Provider[Across | None] = providers.Selector(
        carrier,
        process=providers.Object(None),
        nats=providers.Singleton(
            nats_adapters.across_nats,
            network,
            store,
            providers.Selector(between, nats=told_book_views, redis=providers.Object(None)),
            nats_bus,
            settings,
            shards,
        ),
    )
    application: providers.Provider[Application] = providers.Singleton(
        build_application,
        adapters,
        rules=settings.provided.market,
        warehouse=settings.provided.warehouse,
        token_lifetimes=providers.Singleton(from_settings.token_lifetimes, settings),
        engine_limits=providers.Singleton(
            EngineLimits, queue=settings.provided.engine.queue, batch=settings.provided.engine.batch
        ),
        patience=providers.Singleton(Patience, settings.provided.payments.timeout),
        links=providers.Singleton(from_settings.public_links, settings),
        link_keys=providers.Singleton(from_settings.link_keys, settings),
        verify_addresses=settings.provided.verifies_addresses,
        webhook_body_life=settings.provided.payments.webhook_body_life,
        retention=settings.provided.retention,
        webhook_rules=providers.Singleton(webhook_rules, settings),
        reconcile_hour=settings.provided.payments.reconcile_hour,
        roles=roles,
        keepers=keepers,
        shards=shards,
        across=across,
        check_replica=shown.provided.check_replica,
        check_redis=providers.Selector(
            settings.provided.redis.is_used, none=providers.Object(None), redis=redis.provided.check
        ),
        check_typesense=providers.Callable(check_of, typesense_index),
        view_books_in_redis=providers.Selector(
            settings.provided.redis.is_used,
            none=providers.Object(None),
            redis=providers.Callable(redis_adapters.books_in_redis, redis_book_views),
        ),
    )
    shared_keepers: providers.Provider[Keepers] = providers.Singleton(
        build_shared_keepers,
        adapters,
        settings.provided.market,
        stopwatch,
        across,
        holder=providers.Callable(holder_of, ids),
        shards=shards,
    )
