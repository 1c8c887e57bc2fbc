"""The price_alerts context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass

from ..core.price_alerts.list_price_alerts import ListPriceAlerts
from ..core.price_alerts.report_drops import ReportDrops
from ..core.price_alerts.report_missed_drops import ReportMissedDrops
from ..core.price_alerts.unwatch_price import UnwatchPrice
from ..core.price_alerts.watch_price import WatchPrice
from ..core.price_alerts.watched_prices import WatchedPrices
from ..ports.language.consumers import Consumer
from ..ports.language.events import LowestAskChanged
from ..ports.language.messages import Queue
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .router import Router


@dataclass(frozen=True, slots=True)
class PriceAlertsUseCases:
    """The use cases of the price_alerts context."""

    watch_price: WatchPrice
    unwatch_price: UnwatchPrice
    report_drops: ReportDrops
    report_missed_drops: ReportMissedDrops
    watched_prices: WatchedPrices
    list_price_alerts: ListPriceAlerts


def price_alerts_use_cases(adapters: Adapters, rules: MarketRules) -> PriceAlertsUseCases:
    """Return the use cases of the price_alerts context."""
    store = adapters.store
    transaction, price_alerts = store.transaction, store.price_alerts
    watched_prices = WatchedPrices(book_views=adapters.book_views)
    return PriceAlertsUseCases(
        watch_price=WatchPrice(
            transaction=transaction,
            users=store.users,
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
        watched_prices=watched_prices,
        list_price_alerts=ListPriceAlerts(price_alerts=price_alerts, watched_prices=watched_prices),
    )


def price_alerts_routes(price_alerts: PriceAlertsUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the price_alerts context.

    The event is frequent, so an event without watchers must cost almost nothing.
    """
    router = Router(Queue.PRICE_ALERTS)
    return (
        router.repeatable(LowestAskChanged, "price_alerts.report_drops", price_alerts.report_drops),
    )
