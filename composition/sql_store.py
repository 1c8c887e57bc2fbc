"""The store in an SQL database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from ..adapters.memory.wakeups import MemoryWakeups
from ..adapters.security.aes_cipher import NO_CIPHER
from ..adapters.sql.analytics.chart_backlog import SqlChartBacklog
from ..adapters.sql.analytics.charts import SqlCharts
from ..adapters.sql.analytics.portfolios import SqlPortfolios
from ..adapters.sql.analytics.tape import SqlTape
from ..adapters.sql.authentication.authentication_tasks import SqlAuthenticationTasks
from ..adapters.sql.authentication.review_photos import SqlReviewPhotos
from ..adapters.sql.bidding.books import SqlBooks
from ..adapters.sql.bidding.halts import SqlHalts
from ..adapters.sql.bidding.quote_archive import SqlQuoteArchive
from ..adapters.sql.bidding.quotes import SqlQuotes
from ..adapters.sql.bidding.rules_in_force import SqlRulesInForce
from ..adapters.sql.bidding.standing_quotes import SqlStandingQuotes
from ..adapters.sql.bidding.stored_books import SqlStoredBooks
from ..adapters.sql.catalog.products import SqlProducts
from ..adapters.sql.catalog.stock import SqlStock
from ..adapters.sql.engine.database import SqlDatabase
from ..adapters.sql.engine.limits import Limits
from ..adapters.sql.engine.transaction import SqlTransaction
from ..adapters.sql.integrity.snapshots import SqlSnapshots
from ..adapters.sql.messages.dead_letters import SqlDeadLetters
from ..adapters.sql.messages.deadlines import SqlDeadlines
from ..adapters.sql.messages.deliveries import SqlDeliveries
from ..adapters.sql.messages.idempotency_keys import SqlIdempotencyKeys
from ..adapters.sql.messages.inbox import SqlInbox
from ..adapters.sql.messages.outbox import SqlOutbox
from ..adapters.sql.messages.sent_messages import SqlSentMessages
from ..adapters.sql.migrate import migrate as upgrade
from ..adapters.sql.migrate import require_current
from ..adapters.sql.notifications.notifications import SqlNotifications
from ..adapters.sql.notifications.preferences import SqlPreferences
from ..adapters.sql.operations.alarms import SqlAlarms
from ..adapters.sql.operations.audit_log import SqlAuditLog
from ..adapters.sql.operations.exchange_clock import SqlClockFollowers, SqlClockOffset
from ..adapters.sql.operations.exchange_terms import SqlExchangeTerms
from ..adapters.sql.operations.leases import SqlLeases
from ..adapters.sql.operations.sealing_keys import note_keys
from ..adapters.sql.operations.signs_of_life import SqlSignsOfLife
from ..adapters.sql.operations.waiting_work import SqlWaitingWork
from ..adapters.sql.orders.charge_backlog import SqlChargeBacklog
from ..adapters.sql.orders.destinations import SqlDestinations
from ..adapters.sql.orders.orders import SqlOrders
from ..adapters.sql.outgoing_webhooks.outgoing_webhooks import SqlOutgoingWebhooks
from ..adapters.sql.outgoing_webhooks.webhook_endpoints import SqlWebhookEndpoints
from ..adapters.sql.payments.declines import SqlDeclines
from ..adapters.sql.payments.disputes import SqlDisputes
from ..adapters.sql.payments.ledger import SqlLedger
from ..adapters.sql.payments.payments import SqlPayments
from ..adapters.sql.payments.payouts import SqlPayouts
from ..adapters.sql.payments.reconciliation import SqlOpenItems, SqlProviderRecords
from ..adapters.sql.payments.seller_records import SqlSellerRecords
from ..adapters.sql.payments.webhook_archive import SqlWebhookArchive
from ..adapters.sql.payments.webhooks import SqlWebhooks
from ..adapters.sql.price_alerts.price_alerts import SqlPriceAlerts
from ..adapters.sql.running_processes import marked
from ..adapters.sql.users.addresses import SqlAddresses
from ..adapters.sql.users.api_tokens import SqlApiTokens
from ..adapters.sql.users.challenges import SqlChallenges
from ..adapters.sql.users.known_places import SqlKnownPlaces
from ..adapters.sql.users.newest_addresses import SqlNewestAddresses
from ..adapters.sql.users.payment_accounts import SqlPaymentAccounts
from ..adapters.sql.users.payment_methods import SqlPaymentMethods
from ..adapters.sql.users.personal_records import SqlPersonalRecords
from ..adapters.sql.users.recipients import SqlRecipients
from ..adapters.sql.users.seller_accounts import SqlKnownSellerAccounts
from ..adapters.sql.users.sessions import SqlSessions
from ..adapters.sql.users.traders import SqlTraders
from ..adapters.sql.users.users import SqlUsers
from ..adapters.system.clock import real_clock_of
from ..config.settings import Settings
from ..ports.cipher import Cipher
from ..ports.clock import Clock
from ..ports.ids import Ids
from ..ports.wakeups import Wakeups
from .adapters import Store

_PUBLIC_PATIENCE = 2.0
"""Seconds."""
_AT_THE_START = 30.0
"""Seconds for the first connection of a process."""
_FOR_LEASES = Limits(
    connections=2, patience=1.0, connecting=2.0, opening=_AT_THE_START, statement=2.0
)


def limits_of(settings: Settings) -> Limits:
    """Return the limits of the database's connections."""
    store = settings.store
    return Limits(
        connections=store.connections,
        patience=store.patience.total_seconds(),
        connecting=store.connect_timeout.total_seconds(),
        opening=_AT_THE_START,
        statement=store.statement_timeout.total_seconds(),
        left_alone=store.idle_in_transaction_timeout.total_seconds(),
    )


@asynccontextmanager
async def open_sql_database(
    url: str,
    *,
    migrate: bool = True,
    limits: Limits | None = None,
    who: str = "solebook",
    cipher: Cipher = NO_CIPHER,
) -> AsyncIterator[SqlDatabase]:
    """Open the database at a URL such as sqlite:///exchange.db, and close it at the end.

    It is migrated first; with `migrate=False` it must be up to date. A server is told `who` is
    connected. The `cipher` seals personal values. Raises ValueError for an invalid URL, or if the
    cipher lacks a key under which values are sealed; WrongSchema, Unavailable.
    """
    await (upgrade(url) if migrate else require_current(url))
    async with SqlDatabase(url, limits, name=marked(who, cipher), cipher=cipher) as database:
        await note_keys(database)
        yield database


@asynccontextmanager
async def open_lease_database(url: str, who: str = "solebook") -> AsyncIterator[SqlDatabase]:
    """Open connections for leases alone, which wait for nothing else. Raises Unavailable."""
    async with SqlDatabase(url, _FOR_LEASES, name=who) as database:
        yield database


@asynccontextmanager
async def open_readers(settings: Settings, who: str) -> AsyncIterator[SqlDatabase]:
    """Open connections for what the public reads, which waits for nothing else.

    Who gets none of them soon is refused. Raises Unavailable.
    """
    connections = settings.store.public_connections
    limits = replace(limits_of(settings), connections=connections, patience=_PUBLIC_PATIENCE)
    async with SqlDatabase(settings.store_url, limits, name=who) as database:
        yield database


@asynccontextmanager
async def open_wakeups(url: str, who: str) -> AsyncIterator[Wakeups]:
    """Open the connection for wake-ups between processes on PostgreSQL."""
    from ..adapters.sql.messages.postgres_wakeups import PostgresWakeups

    async with PostgresWakeups(url, who) as wakeups:
        yield wakeups


def build_sql_store(
    database: SqlDatabase,
    *,
    clock: Clock,
    ids: Ids,
    lease_database: SqlDatabase | None = None,
    wakeups: Wakeups | None = None,
    shards: int = 1,
) -> Store:
    """Return the store's ports on an open database, whose books are divided into `shards`.

    With a `lease_database`, leases use its connections, like the clock's followers, and leases and
    claims its time. Without `wakeups`, only this process is woken.
    """
    wakeups = wakeups or MemoryWakeups()
    deadlines = SqlDeadlines(database)
    outbox = SqlOutbox(database, clock=clock, ids=ids, wakeups=wakeups)
    return Store(
        transaction=SqlTransaction(database),
        users=SqlUsers(database),
        addresses=SqlAddresses(database),
        payment_methods=SqlPaymentMethods(database),
        traders=SqlTraders(database),
        newest_addresses=SqlNewestAddresses(database),
        payment_accounts=SqlPaymentAccounts(database),
        recipients=SqlRecipients(database),
        sessions=SqlSessions(database),
        challenges=SqlChallenges(database),
        known_places=SqlKnownPlaces(database),
        api_tokens=SqlApiTokens(database),
        personal_records=SqlPersonalRecords(database),
        known_seller_accounts=SqlKnownSellerAccounts(database),
        products=SqlProducts(database),
        stock=SqlStock(database),
        quotes=SqlQuotes(database),
        quote_archive=SqlQuoteArchive(database),
        standing_quotes=SqlStandingQuotes(database),
        rules_in_force=SqlRulesInForce(database, clock=clock),
        exchange_terms=SqlExchangeTerms(database),
        clock_offset=SqlClockOffset(database),
        clock_followers=SqlClockFollowers(lease_database or database),
        signs_of_life=SqlSignsOfLife(database),
        books=SqlBooks(database, outbox=outbox, clock=clock),
        stored_books=SqlStoredBooks(database, shards=shards),
        halts=SqlHalts(database),
        leases=SqlLeases(lease_database or database, clock=None if lease_database else clock),
        orders=SqlOrders(database),
        destinations=SqlDestinations(database),
        payments=SqlPayments(database),
        declines=SqlDeclines(database),
        charge_backlog=SqlChargeBacklog(database),
        payouts=SqlPayouts(database),
        ledger=SqlLedger(database),
        seller_records=SqlSellerRecords(database),
        webhooks=SqlWebhooks(database),
        webhook_archive=SqlWebhookArchive(database),
        provider_records=SqlProviderRecords(database),
        open_items=SqlOpenItems(database),
        disputes=SqlDisputes(database),
        authentication_tasks=SqlAuthenticationTasks(database),
        review_photos=SqlReviewPhotos(database),
        price_alerts=SqlPriceAlerts(database),
        webhook_endpoints=SqlWebhookEndpoints(database),
        outgoing_webhooks=SqlOutgoingWebhooks(database),
        tape=SqlTape(database),
        charts=SqlCharts(database),
        chart_backlog=SqlChartBacklog(database),
        portfolios=SqlPortfolios(database),
        notifications=SqlNotifications(database),
        preferences=SqlPreferences(database),
        outbox=outbox,
        sent_messages=SqlSentMessages(database, clock=real_clock_of(clock)),
        inbox=SqlInbox(database),
        deadlines=deadlines,
        deliveries=SqlDeliveries(
            database, clock=clock, claim_clock=None if lease_database else clock
        ),
        dead_letters=SqlDeadLetters(database, clock=clock),
        idempotency_keys=SqlIdempotencyKeys(database),
        audit_log=SqlAuditLog(database, clock=clock, ids=ids),
        alarms=SqlAlarms(database),
        snapshots=SqlSnapshots(database),
        waiting_work=SqlWaitingWork(database),
        wakeups=wakeups,
    )
