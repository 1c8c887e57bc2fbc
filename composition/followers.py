"""Hands the use cases their ports in the contexts that follow the trade and tell of it."""

from ..core.analytics.record_sale import RecordSale
from ..core.analytics.view_candles import ViewCandles
from ..core.analytics.view_statistics import ViewStatistics
from ..core.analytics.void_sale import VoidSale
from ..core.notifications.deliver_notification import DeliverNotification
from ..core.notifications.mark_notification import MarkNotification
from ..core.notifications.notify import Notify
from ..core.notifications.set_notification_preferences import SetNotificationPreferences
from ..core.operations.await_outcome import AwaitOutcome
from ..core.operations.find_user import FindUser
from ..core.operations.record_alarm import RecordAlarm
from ..core.operations.replay_dead_letter import ReplayDeadLetter
from ..core.operations.resolve_alarm import ResolveAlarm
from ..core.price_alerts.report_drops import ReportDrops
from ..core.price_alerts.report_missed_drops import ReportMissedDrops
from ..core.price_alerts.unwatch_price import UnwatchPrice
from ..core.price_alerts.watch_price import WatchPrice
from ..core.search.index_product import IndexProduct
from ..core.search.market_figures import ReadFigures
from ..core.search.reindex_products import ReindexProducts
from ..core.search.update_figures import UpdateFigures
from ..ports.language.notifications import Warehouse
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .application import (
    AnalyticsUseCases,
    NotificationsUseCases,
    OperationsUseCases,
    PriceAlertsUseCases,
    SearchUseCases,
)


def analytics_use_cases(adapters: Adapters) -> AnalyticsUseCases:
    """Return what the analytics context does."""
    store, clock = adapters.store, adapters.clock
    transaction, products, tape = store.transaction, store.products, store.tape
    return AnalyticsUseCases(
        record_sale=RecordSale(transaction=transaction, tape=tape),
        void_sale=VoidSale(transaction=transaction, tape=tape),
        view_candles=ViewCandles(products=products, tape=tape, clock=clock),
        view_statistics=ViewStatistics(products=products, tape=tape, clock=clock),
    )


def search_use_cases(adapters: Adapters) -> SearchUseCases:
    """Return what the search context does."""
    store, clock, search_index = adapters.store, adapters.clock, adapters.search_index
    read_figures = ReadFigures(book_views=adapters.book_views, tape=store.tape, clock=clock)
    return SearchUseCases(
        index_product=IndexProduct(
            products=store.products, search_index=search_index, read_figures=read_figures
        ),
        update_figures=UpdateFigures(
            orders=store.orders,
            products=store.products,
            search_index=search_index,
            read_figures=read_figures,
        ),
        reindex_products=ReindexProducts(
            products=store.products,
            books=store.books,
            tape=store.tape,
            search_index=search_index,
            clock=clock,
        ),
    )


def price_alerts_use_cases(adapters: Adapters, rules: MarketRules) -> PriceAlertsUseCases:
    """Return what the price_alerts context does."""
    store = adapters.store
    transaction, price_alerts = store.transaction, store.price_alerts
    return PriceAlertsUseCases(
        watch_price=WatchPrice(
            transaction=transaction,
            price_alerts=price_alerts,
            products=store.products,
            clock=adapters.clock,
            ids=adapters.ids,
            rules=rules,
        ),
        unwatch_price=UnwatchPrice(transaction=transaction, price_alerts=price_alerts),
        report_drops=ReportDrops(
            transaction=transaction,
            price_alerts=price_alerts,
            outbox=store.outbox,
            rules=rules,
        ),
        report_missed_drops=ReportMissedDrops(
            transaction=transaction,
            price_alerts=price_alerts,
            book_views=adapters.book_views,
            outbox=store.outbox,
            clock=adapters.clock,
            rules=rules,
        ),
    )


def notifications_use_cases(
    adapters: Adapters, rules: MarketRules, warehouse: Warehouse
) -> NotificationsUseCases:
    """Return what the notifications context does."""
    store, clock, templates = adapters.store, adapters.clock, adapters.templates
    transaction, notifications = store.transaction, store.notifications
    return NotificationsUseCases(
        notify=Notify(
            transaction=transaction,
            orders=store.orders,
            products=store.products,
            recipients=store.recipients,
            preferences=store.preferences,
            notifications=notifications,
            templates=templates,
            outbox=store.outbox,
            clock=clock,
            ids=adapters.ids,
            rules=rules,
            warehouse=warehouse,
        ),
        deliver_notification=DeliverNotification(
            notifications=notifications,
            recipients=store.recipients,
            preferences=store.preferences,
            templates=templates,
            mailer=adapters.mailer,
            text_messenger=adapters.text_messenger,
            push_messenger=adapters.push_messenger,
        ),
        mark_notification=MarkNotification(
            transaction=transaction, notifications=notifications, clock=clock
        ),
        set_notification_preferences=SetNotificationPreferences(
            transaction=transaction, preferences=store.preferences
        ),
    )


def operations_use_cases(adapters: Adapters, rules: MarketRules) -> OperationsUseCases:
    """Return what the operations context does."""
    store, clock = adapters.store, adapters.clock
    return OperationsUseCases(
        record_alarm=RecordAlarm(
            transaction=store.transaction,
            alarms=store.alarms,
            deadlines=store.deadlines,
            clock=clock,
            ids=adapters.ids,
        ),
        resolve_alarm=ResolveAlarm(
            transaction=store.transaction,
            alarms=store.alarms,
            orders=store.orders,
            audit_log=store.audit_log,
            clock=clock,
        ),
        find_user=FindUser(
            users=store.users,
            ledger=store.ledger,
            quotes=store.quotes,
            declines=store.declines,
            clock=clock,
            rules=rules,
        ),
        replay_dead_letter=ReplayDeadLetter(
            transaction=store.transaction,
            dead_letters=store.dead_letters,
            orders=store.orders,
            audit_log=store.audit_log,
            clock=clock,
        ),
        await_outcome=AwaitOutcome(audit_log=store.audit_log, clock=clock),
    )
