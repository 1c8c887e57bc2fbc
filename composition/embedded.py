"""The whole application in memory with a virtual clock, for tests, simulations and notebooks."""

from collections.abc import Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ..adapters.decorators.broadcast_cache import BroadcastCache
from ..adapters.embedded.card_vault import EmbeddedCardVault
from ..adapters.embedded.journal import MemoryJournal
from ..adapters.embedded.payment_provider import EmbeddedPaymentProvider
from ..adapters.embedded.seller_accounts import EmbeddedSellerAccounts
from ..adapters.memory.access_tokens import MemoryAccessTokens
from ..adapters.memory.book_stream import MemoryBookStream
from ..adapters.memory.book_views import MemoryBookViews
from ..adapters.memory.cache import MemoryCache
from ..adapters.memory.cache_invalidations import MemoryCacheInvalidations
from ..adapters.memory.delivery_reports import NoDeliveryReports
from ..adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from ..adapters.memory.order_stream import MemoryOrderStream
from ..adapters.memory.passwords import MemoryPasswords
from ..adapters.memory.photos import MemoryPhotos, UntouchedPictures
from ..adapters.memory.rate_limits import MemoryRateLimits
from ..adapters.memory.revoked_sessions import MemoryRevokedSessions
from ..adapters.memory.search_index import MemorySearchIndex
from ..adapters.memory.seeded import SeededIds, SeededRandomness
from ..adapters.memory.templates import MemoryTemplates
from ..adapters.memory.virtual_clock import VirtualClock
from ..adapters.memory.webhook_sender import MemoryWebhookSender
from ..ports.cache_invalidations import CacheInvalidations
from ..ports.clock import Clock
from ..ports.ids import Ids
from ..ports.language.catalog import Product
from ..ports.language.currencies import DOLLAR, Currency
from ..ports.language.ids import ProductId
from ..ports.language.process_roles import ALL_ROLES, ProcessRole
from ..ports.language.rules import MarketRules
from .adapters import Adapters, Store
from .application import Application
from .build import build_application
from .chart_parts import ChartParts
from .decorated_store import decorated_store
from .in_process_bus import build_in_process_bus
from .memory_store import build_memory_store

__all__ = ["START", "VirtualClock", "build_embedded", "embedded_adapters", "in_another_process"]

START = datetime(2026, 1, 1, tzinfo=UTC)
"""The default start of a virtual clock."""

_INTERVAL = timedelta(milliseconds=100)
_QUEUE = 256
"""The size of each stream reader's queue."""


def build_embedded(
    *,
    seed: int = 0,
    clock: VirtualClock | None = None,
    rules: MarketRules | None = None,
    after: Application | None = None,
    roles: Set[ProcessRole] = ALL_ROLES,
    verify_addresses: bool = False,
) -> Application:
    """Return the application on memory adapters. The same seed gives the same results.

    It needs only the standard library. `after` is a stopped application: the new one continues with
    its store and clock, like another process, under `rules`. It runs the work of its `roles`. With
    `verify_addresses`, new users prove their addresses.
    """
    if after is not None:
        adapters = in_another_process(after.adapters)
        return build_application(
            adapters,
            rules=rules or after.rules,
            roles=roles,
            verify_addresses=verify_addresses,
        )
    clock = clock or VirtualClock(START)
    ids = SeededIds(seed, clock)
    store = build_memory_store(clock=clock, ids=ids)
    currency = DOLLAR if rules is None else rules.money
    adapters = embedded_adapters(store, clock=clock, ids=ids, seed=seed, currency=currency)
    return build_application(adapters, rules=rules, roles=roles, verify_addresses=verify_addresses)


def in_another_process(adapters: Adapters) -> Adapters:
    """Return the adapters as another process has them, with a bus without subscribers."""
    bus = build_in_process_bus(
        adapters.store, clock=adapters.clock, ids=adapters.ids, randomness=adapters.randomness
    )
    return replace(adapters, event_bus=bus)


def embedded_adapters(
    store: Store,
    *,
    clock: Clock,
    ids: Ids,
    seed: int = 0,
    invalidations: CacheInvalidations[ProductId] | None = None,
    currency: Currency = DOLLAR,
) -> Adapters:
    """Return memory adapters around any store.

    Applications on one store with the same `invalidations` invalidate their caches together.
    Letters have amounts in `currency`.
    """
    randomness = SeededRandomness(seed)
    views = MemoryBookViews(store.stored_books)
    order_stream = MemoryOrderStream(queue=_QUEUE)
    search_index = MemorySearchIndex()
    journal = MemoryJournal()
    cache = BroadcastCache(
        MemoryCache[ProductId, Product](clock, size=1_000, life=timedelta(days=1)),
        invalidations=invalidations or MemoryCacheInvalidations(),
    )
    provider = EmbeddedPaymentProvider(journal, clock, "whsec_embedded")
    return Adapters(
        store=decorated_store(store, product_cache=cache, order_stream=order_stream),
        stored_products=store.products,
        clock=clock,
        real_clock=clock,
        ids=ids,
        randomness=randomness,
        passwords=MemoryPasswords(),
        access_tokens=MemoryAccessTokens(clock, randomness),
        revoked_sessions=MemoryRevokedSessions(clock),
        book_views=views,
        search_index=search_index,
        shown_tape=store.tape,
        charts=ChartParts(store.charts),
        shown_search=search_index,
        book_stream=MemoryBookStream(views, clock, interval=_INTERVAL, queue=_QUEUE),
        order_stream=order_stream,
        product_cache=cache,
        payment_provider=provider,
        card_vault=EmbeddedCardVault(provider),
        seller_accounts=EmbeddedSellerAccounts(journal),
        templates=MemoryTemplates(currency),
        mailer=MemoryMailer(),
        text_messenger=MemoryTextMessenger(),
        push_messenger=MemoryPushMessenger(),
        mail_reports=NoDeliveryReports(),
        text_reports=NoDeliveryReports(),
        webhook_sender=MemoryWebhookSender(),
        photos=MemoryPhotos(),
        pictures=UntouchedPictures(),
        event_bus=build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness),
        rate_limits=MemoryRateLimits(clock),
    )
