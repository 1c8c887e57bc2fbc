"""The analytics context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass

from ..core.analytics.chart_sales import ChartSales
from ..core.analytics.import_sales import ImportSales
from ..core.analytics.known_sizes import KnownSizes
from ..core.analytics.list_holdings import ListHoldings
from ..core.analytics.list_sales import ListSales
from ..core.analytics.record_sale import RecordSale
from ..core.analytics.redraw_charts import RedrawCharts
from ..core.analytics.view_candles import ViewCandles
from ..core.analytics.view_portfolio import ViewPortfolio
from ..core.analytics.view_statistics import ViewStatistics
from ..core.analytics.void_sale import VoidSale
from ..core.search.update_figures import UpdateFigures
from ..ports.language.consumers import Consumer
from ..ports.language.events import (
    OrderAuthFailed,
    OrderCancelled,
    OrderConfirmed,
    OrderRefundGranted,
)
from ..ports.language.messages import Queue
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .router import Router, in_turn


@dataclass(frozen=True, slots=True)
class AnalyticsUseCases:
    """The use cases of the analytics context."""

    import_sales: ImportSales
    record_sale: RecordSale
    void_sale: VoidSale
    view_candles: ViewCandles
    view_statistics: ViewStatistics
    list_sales: ListSales
    view_portfolio: ViewPortfolio
    list_holdings: ListHoldings
    chart_sales: ChartSales | None
    """None if the charts are in the store, where they have every sale of the tape."""
    redraw_charts: RedrawCharts | None


def analytics_use_cases(adapters: Adapters, rules: MarketRules) -> AnalyticsUseCases:
    """Return the use cases of the analytics context."""
    store, clock = adapters.store, adapters.clock
    transaction, tape = store.transaction, store.tape
    shown, charts = adapters.shown_tape, adapters.charts.shown
    known_sizes = KnownSizes(products=store.products, tape=shown, book_views=adapters.book_views)
    chart_sales = redraw_charts = None
    if adapters.charts.drawn is not None:
        backlog = store.chart_backlog
        chart_sales = ChartSales(transaction, backlog, adapters.charts.drawn, adapters.real_clock)
        redraw_charts = RedrawCharts(transaction, backlog, chart_sales)
    return AnalyticsUseCases(
        import_sales=ImportSales(
            transaction=transaction,
            products=adapters.stored_products,
            tape=tape,
            outbox=store.outbox,
            clock=clock,
            rules=rules,
        ),
        record_sale=RecordSale(transaction=transaction, tape=tape),
        void_sale=VoidSale(transaction=transaction, tape=tape),
        view_candles=ViewCandles(known_sizes=known_sizes, charts=charts, clock=clock),
        view_statistics=ViewStatistics(
            known_sizes=known_sizes, tape=shown, charts=charts, clock=clock
        ),
        list_sales=ListSales(known_sizes=known_sizes, tape=shown),
        view_portfolio=ViewPortfolio(portfolios=store.portfolios, clock=clock),
        list_holdings=ListHoldings(portfolios=store.portfolios),
        chart_sales=chart_sales,
        redraw_charts=redraw_charts,
    )


def analytics_routes(
    analytics: AnalyticsUseCases, update_figures: UpdateFigures
) -> tuple[Consumer, ...]:
    """Return the routes of the analytics context: sales are recorded and voided.

    The search reads the tape after each change of it.
    """
    router = Router(Queue.CHARTS)
    record_sale = in_turn(analytics.record_sale, update_figures)
    void_sale = in_turn(analytics.void_sale, update_figures)
    return (
        router.repeatable(OrderConfirmed, "analytics.record_sale", record_sale, persists=True),
        router.repeatable(OrderCancelled, "analytics.void_sale", void_sale, persists=True),
        router.repeatable(OrderAuthFailed, "analytics.void_sale", void_sale, persists=True),
        router.repeatable(OrderRefundGranted, "analytics.void_sale", void_sale, persists=True),
    )
