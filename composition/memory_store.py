"""The in-memory store, for tests and simulations."""

from ..adapters.memory.alarms import MemoryAlarms
from ..adapters.memory.api_tokens import MemoryApiTokens
from ..adapters.memory.audit_log import MemoryAuditLog
from ..adapters.memory.authentication_tasks import MemoryAuthenticationTasks
from ..adapters.memory.books import MemoryBooks
from ..adapters.memory.challenges import MemoryChallenges
from ..adapters.memory.charge_backlog import MemoryChargeBacklog
from ..adapters.memory.chart_backlog import MemoryChartBacklog
from ..adapters.memory.charts import MemoryCharts
from ..adapters.memory.database import MemoryDatabase
from ..adapters.memory.deadlines import MemoryDeadlines
from ..adapters.memory.declines import MemoryDeclines
from ..adapters.memory.deliveries import MemoryDeadLetters, MemoryDeliveries
from ..adapters.memory.destinations import MemoryDestinations
from ..adapters.memory.disputes import MemoryDisputes
from ..adapters.memory.exchange_clock import MemoryClockFollowers, MemoryClockOffset
from ..adapters.memory.exchange_terms import MemoryExchangeTerms
from ..adapters.memory.halts import MemoryHalts
from ..adapters.memory.idempotency_keys import MemoryIdempotencyKeys
from ..adapters.memory.known_places import MemoryKnownPlaces
from ..adapters.memory.leases import MemoryLeases
from ..adapters.memory.notifications import MemoryNotifications, MemoryPreferences
from ..adapters.memory.orders import MemoryOrders
from ..adapters.memory.outbox import MemoryInbox, MemoryOutbox
from ..adapters.memory.payment_methods import MemoryPaymentMethods
from ..adapters.memory.payments import (
    MemoryLedger,
    MemoryPayments,
    MemoryPayouts,
    MemorySellerRecords,
    MemoryWebhooks,
)
from ..adapters.memory.personal_records import MemoryPersonalRecords
from ..adapters.memory.portfolios import MemoryPortfolios
from ..adapters.memory.price_alerts import MemoryPriceAlerts
from ..adapters.memory.products import MemoryProducts
from ..adapters.memory.quote_archive import MemoryQuoteArchive
from ..adapters.memory.quotes import MemoryQuotes
from ..adapters.memory.reconciliation import MemoryOpenItems, MemoryProviderRecords
from ..adapters.memory.review_photos import MemoryReviewPhotos
from ..adapters.memory.rules_in_force import MemoryRulesInForce
from ..adapters.memory.seller_accounts import MemoryKnownSellerAccounts
from ..adapters.memory.sent_messages import MemorySentMessages
from ..adapters.memory.sessions import MemorySessions
from ..adapters.memory.signs_of_life import MemorySignsOfLife
from ..adapters.memory.snapshots import MemorySnapshots
from ..adapters.memory.standing_quotes import MemoryStandingQuotes
from ..adapters.memory.stock import MemoryStock
from ..adapters.memory.stored_books import MemoryStoredBooks
from ..adapters.memory.tape import MemoryTape
from ..adapters.memory.users import (
    MemoryAddresses,
    MemoryNewestAddresses,
    MemoryPaymentAccounts,
    MemoryRecipients,
    MemoryTraders,
    MemoryUsers,
)
from ..adapters.memory.waiting_work import MemoryWaitingWork
from ..adapters.memory.wakeups import MemoryWakeups
from ..adapters.memory.webhook_archive import MemoryWebhookArchive
from ..adapters.memory.webhook_endpoints import MemoryOutgoingWebhooks, MemoryWebhookEndpoints
from ..adapters.system.clock import real_clock_of
from ..ports.clock import Clock
from ..ports.ids import Ids
from .adapters import Store


def build_memory_store(*, clock: Clock, ids: Ids) -> Store:
    """Return an empty store."""
    database = MemoryDatabase()
    orders = MemoryOrders(database)
    destinations = MemoryDestinations(database)
    payments = MemoryPayments(database)
    deadlines = MemoryDeadlines(database)
    outbox = MemoryOutbox(database, clock=clock, ids=ids)
    return Store(
        transaction=database,
        users=MemoryUsers(database),
        addresses=MemoryAddresses(database),
        payment_methods=MemoryPaymentMethods(database),
        traders=MemoryTraders(database),
        newest_addresses=MemoryNewestAddresses(database),
        payment_accounts=MemoryPaymentAccounts(database),
        recipients=MemoryRecipients(database),
        sessions=MemorySessions(database),
        challenges=MemoryChallenges(database),
        known_places=MemoryKnownPlaces(database),
        api_tokens=MemoryApiTokens(database),
        personal_records=MemoryPersonalRecords(database),
        known_seller_accounts=MemoryKnownSellerAccounts(database),
        products=MemoryProducts(database),
        stock=MemoryStock(database),
        quotes=MemoryQuotes(database),
        quote_archive=MemoryQuoteArchive(database),
        standing_quotes=MemoryStandingQuotes(database),
        rules_in_force=MemoryRulesInForce(database),
        exchange_terms=MemoryExchangeTerms(database),
        clock_offset=MemoryClockOffset(database),
        clock_followers=MemoryClockFollowers(database),
        signs_of_life=MemorySignsOfLife(database),
        books=MemoryBooks(
            database,
            orders=orders,
            destinations=destinations,
            payments=payments,
            deadlines=deadlines,
            outbox=outbox,
            clock=clock,
        ),
        stored_books=MemoryStoredBooks(database),
        halts=MemoryHalts(database),
        leases=MemoryLeases(database, clock=clock),
        orders=orders,
        destinations=destinations,
        payments=payments,
        declines=MemoryDeclines(database),
        charge_backlog=MemoryChargeBacklog(database),
        payouts=MemoryPayouts(database),
        ledger=MemoryLedger(database),
        seller_records=MemorySellerRecords(database),
        webhooks=MemoryWebhooks(database),
        webhook_archive=MemoryWebhookArchive(database),
        provider_records=MemoryProviderRecords(database),
        open_items=MemoryOpenItems(database),
        disputes=MemoryDisputes(database),
        authentication_tasks=MemoryAuthenticationTasks(database),
        review_photos=MemoryReviewPhotos(database),
        price_alerts=MemoryPriceAlerts(database),
        webhook_endpoints=MemoryWebhookEndpoints(database),
        outgoing_webhooks=MemoryOutgoingWebhooks(database),
        tape=MemoryTape(database),
        charts=MemoryCharts(database),
        chart_backlog=MemoryChartBacklog(database),
        portfolios=MemoryPortfolios(database),
        notifications=MemoryNotifications(database),
        preferences=MemoryPreferences(database),
        outbox=outbox,
        sent_messages=MemorySentMessages(database, outbox=outbox, clock=real_clock_of(clock)),
        inbox=MemoryInbox(database),
        deadlines=deadlines,
        deliveries=MemoryDeliveries(database, clock=clock),
        dead_letters=MemoryDeadLetters(database, clock=clock),
        idempotency_keys=MemoryIdempotencyKeys(database),
        audit_log=MemoryAuditLog(database, clock=clock, ids=ids),
        alarms=MemoryAlarms(database),
        snapshots=MemorySnapshots(database),
        waiting_work=MemoryWaitingWork(database),
        wakeups=MemoryWakeups(),
    )
