"""The verification of an exchange: the checks of all contexts."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from ..core.analytics.sale_consistency import sale_findings
from ..core.analytics.turnover_tally import TurnoverTally
from ..core.analytics.verify_charts import VerifyCharts
from ..core.authentication.task_consistency import task_findings
from ..core.bidding.match_consistency import match_findings
from ..core.bidding.verify_books import PAUSES, VerifyBooks
from ..core.bidding.verify_quotes import VerifyQuotes
from ..core.bidding.verify_rules import VerifyRules
from ..core.catalog.stock_consistency import stock_findings
from ..core.integrity.verify_exchange import VerifyExchange
from ..core.integrity.verify_messages import VerifyMessages
from ..core.integrity.verify_references import VerifyReferences
from ..core.integrity.verify_sealing import VerifySealing
from ..core.integrity.verify_trades import VerifyTrades
from ..core.orders.order_consistency import order_findings
from ..core.payments.disputes.verify_disputes import VerifyDisputes
from ..core.payments.levels.quarter_tally import QuarterTally
from ..core.payments.patience import Patience
from ..core.payments.payment_consistency import payment_findings
from ..core.payments.reconciliation.verify_provider import VerifyProvider
from ..core.payments.verify_ledger import VerifyLedger
from ..core.search.verify_search import VerifySearch
from ..ports.language.terms import Terms
from .adapters import Adapters
from .application import Application
from .routes import routes

_PATIENCE = Patience(timedelta(minutes=2))
"""Nobody waits for a page, and the embedded provider first reads its whole journal."""


def verify_exchange_of(app: Application, *, pauses: Sequence[float] = PAUSES) -> VerifyExchange:
    """Return the use case that verifies an application's store.

    `pauses` are the seconds between two reads of a published book that differs from the store.
    """
    adapters, store, clock = app.adapters, app.adapters.store, app.adapters.clock
    currency = app.rules.money
    checks = (
        order_findings,
        match_findings,
        partial(payment_findings, currency),
        stock_findings,
        task_findings,
        sale_findings,
    )
    return VerifyExchange(
        snapshots=store.snapshots,
        verifiers=(
            VerifyRules(app.rules, Terms(app.rules.currency, app.shards)),
            VerifyTrades(checks, (TurnoverTally, QuarterTally)),
            VerifyQuotes(clock),
            VerifyBooks(
                book_views=adapters.book_views,
                stored_books=store.stored_books,
                clock=clock,
                pauses=pauses,
            ),
            VerifySearch(adapters.search_index),
            *_chart_verifiers(adapters, pauses),
            VerifyLedger(currency),
            VerifyDisputes(currency),
            VerifyProvider(
                snapshots=store.snapshots,
                provider=adapters.payment_provider,
                patience=_PATIENCE,
                currency=currency,
            ),
            VerifyMessages(consumers=routes(app), clock=clock),
            VerifyReferences(),
            VerifySealing(),
        ),
    )


def _chart_verifiers(adapters: Adapters, pauses: Sequence[float]) -> Sequence[VerifyCharts]:
    """Return what verifies the charts outside the store, if there are any."""
    store, drawn = adapters.store, adapters.charts.drawn
    if drawn is None:
        return ()
    backlog, clock = store.chart_backlog, adapters.clock
    return (VerifyCharts(store.tape, store.charts, drawn, backlog, clock, pauses),)
