"""The store in a SQL database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..adapters.sql.addresses import SqlAddresses
from ..adapters.sql.alarms import SqlAlarms
from ..adapters.sql.audit_log import SqlAuditLog
from ..adapters.sql.authentication_tasks import SqlAuthenticationTasks
from ..adapters.sql.books import SqlBooks
from ..adapters.sql.charge_backlog import SqlChargeBacklog
from ..adapters.sql.database import SqlDatabase
from ..adapters.sql.dead_letters import SqlDeadLetters
from ..adapters.sql.deadlines import SqlDeadlines
from ..adapters.sql.declines import SqlDeclines
from ..adapters.sql.deliveries import SqlDeliveries
from ..adapters.sql.destinations import SqlDestinations
from ..adapters.sql.halts import SqlHalts
from ..adapters.sql.idempotency_keys import SqlIdempotencyKeys
from ..adapters.sql.inbox import SqlInbox
from ..adapters.sql.ledger import SqlLedger
from ..adapters.sql.migrate import migrate as upgrade
from ..adapters.sql.migrate import require_current
from ..adapters.sql.notifications import SqlNotifications
from ..adapters.sql.orders import SqlOrders
from ..adapters.sql.outbox import SqlOutbox
from ..adapters.sql.payment_accounts import SqlPaymentAccounts
from ..adapters.sql.payments import SqlPayments
from ..adapters.sql.payouts import SqlPayouts
from ..adapters.sql.preferences import SqlPreferences
from ..adapters.sql.price_alerts import SqlPriceAlerts
from ..adapters.sql.products import SqlProducts
from ..adapters.sql.quotes import SqlQuotes
from ..adapters.sql.recipients import SqlRecipients
from ..adapters.sql.rules_in_force import SqlRulesInForce
from ..adapters.sql.seller_records import SqlSellerRecords
from ..adapters.sql.sessions import SqlSessions
from ..adapters.sql.standing_quotes import SqlStandingQuotes
from ..adapters.sql.stock import SqlStock
from ..adapters.sql.tape import SqlTape
from ..adapters.sql.traders import SqlTraders
from ..adapters.sql.transaction import SqlTransaction
from ..adapters.sql.users import SqlUsers
from ..adapters.sql.webhooks import SqlWebhooks
from ..ports.clock import Clock
from ..ports.ids import Ids
from .adapters import Store


@asynccontextmanager
async def open_sql_database(url: str, *, migrate: bool = True) -> AsyncIterator[SqlDatabase]:
    """Open the database that an URL such as sqlite:///exchange.db names, and close it in the end.

    It is brought to this version of the schema first; with `migrate=False` it must have it.
    Raises ValueError for an URL that makes no sense, WrongSchema, Unavailable.
    """
    await (upgrade(url) if migrate else require_current(url))
    async with SqlDatabase(url) as database:
        yield database


def build_sql_store(database: SqlDatabase, *, clock: Clock, ids: Ids) -> Store:
    """Return the store's ports on an open database."""
    deadlines = SqlDeadlines(database)
    outbox = SqlOutbox(database, clock=clock, ids=ids)
    return Store(
        transaction=SqlTransaction(database),
        users=SqlUsers(database),
        addresses=SqlAddresses(database),
        traders=SqlTraders(database),
        destinations=SqlDestinations(database),
        payment_accounts=SqlPaymentAccounts(database),
        recipients=SqlRecipients(database),
        sessions=SqlSessions(database),
        products=SqlProducts(database),
        stock=SqlStock(database),
        quotes=SqlQuotes(database),
        standing_quotes=SqlStandingQuotes(database),
        rules_in_force=SqlRulesInForce(database, clock=clock),
        books=SqlBooks(database, deadlines=deadlines, outbox=outbox, clock=clock),
        halts=SqlHalts(database),
        orders=SqlOrders(database),
        payments=SqlPayments(database),
        declines=SqlDeclines(database),
        charge_backlog=SqlChargeBacklog(database),
        payouts=SqlPayouts(database),
        ledger=SqlLedger(database),
        seller_records=SqlSellerRecords(database),
        webhooks=SqlWebhooks(database),
        authentication_tasks=SqlAuthenticationTasks(database),
        price_alerts=SqlPriceAlerts(database),
        tape=SqlTape(database),
        notifications=SqlNotifications(database),
        preferences=SqlPreferences(database),
        outbox=outbox,
        inbox=SqlInbox(database),
        deadlines=deadlines,
        deliveries=SqlDeliveries(database, clock=clock),
        dead_letters=SqlDeadLetters(database, clock=clock),
        idempotency_keys=SqlIdempotencyKeys(database),
        audit_log=SqlAuditLog(database, clock=clock, ids=ids),
        alarms=SqlAlarms(database),
    )
