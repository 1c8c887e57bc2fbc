"""The routes of all contexts."""

from dataclasses import replace

from ..ports.language.consumers import Consumer
from ..ports.language.events import MatchCreated, PaymentRequested, StockReserved
from ..ports.language.messages import Queue
from .analytics import analytics_routes
from .application import Application
from .authentication import authentication_routes
from .bidding import bidding_routes
from .catalog import catalog_routes
from .disputes import disputes_routes
from .hints import hint_routes
from .notifications import notifications_routes
from .operations import operations_routes
from .orders import orders_routes
from .outgoing_webhooks import outgoing_webhooks_routes
from .payments_routes import payments_routes
from .price_alerts import price_alerts_routes
from .search import search_routes
from .users import users_routes

TO_THE_CHARGE = (
    f"catalog.reserve_stock:{MatchCreated.SUBJECT}",
    f"orders.continue_saga:{StockReserved.SUBJECT}",
    f"payments.charge_buyer:{PaymentRequested.SUBJECT}",
)
"""The consumers between the match of an order and its charge."""


def routes(app: Application) -> tuple[Consumer, ...]:
    """Return all consumers. Consumers of one subject are called in this order.

    docs/messages.md lists them by the life of an order.
    """
    return (
        *catalog_routes(app.catalog),
        *orders_routes(app.orders),
        *bidding_routes(app.bidding, app.catalog.release_stock),
        *payments_routes(app.payments),
        *disputes_routes(app.disputes),
        *hint_routes(app),
        *users_routes(app.users),
        *authentication_routes(app.authentication),
        *analytics_routes(app.analytics, app.search.update_figures),
        *price_alerts_routes(app.price_alerts),
        *search_routes(app.search),
        *operations_routes(app.operations),
        *outgoing_webhooks_routes(app.outgoing_webhooks),
        *notifications_routes(app.notifications),
    )


def subscribe(app: Application) -> None:
    """Subscribe all consumers to the application's event bus: here, or where their role runs.

    With leases, the relay and the engine may be in different processes of the same roles. So what
    calls the engine always waits in its queue, which is processed where the engine is. If processes
    reach the engine across a network, it runs with the other consumers of trades.
    """
    for consumer in routes(app):
        if app.across is not None and consumer.queue is Queue.MATCHING:
            consumer = replace(consumer, queue=Queue.BIDDING)
        elif app.keepers is not None and consumer.queue is Queue.MATCHING:
            consumer = replace(consumer, waits=True)
        here = consumer.queue.role in app.roles
        app.adapters.event_bus.subscribe(consumer, here=here)
