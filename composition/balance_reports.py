"""The comparison of downloaded balance reports with the ledger, and its wiring."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.payments.reconciliation.item_differences import ItemDifferences
from ..core.payments.reconciliation.reconcile_report import ReconcileReport
from ..ports.language.reconciliation import Reported, ReportRefused
from ..ports.language.rules import MarketRules
from .application import Application


def reconcile_report_of(application: Application) -> ReconcileReport:
    """Return what compares a downloaded report with the ledger."""
    store, currency = application.adapters.store, application.rules.money
    return ReconcileReport(
        records=store.provider_records,
        snapshots=store.snapshots,
        differences=ItemDifferences(store.provider_records, currency),
        currency=currency,
    )


@contextmanager
def open_report(file: Path, rules: MarketRules) -> Iterator[Iterator[Reported]]:
    """Open a balance report of Stripe. Raises OSError, and ReportRefused while it is read."""
    from ..adapters.stripe.balance_report import read_report

    with file.open(encoding="utf-8-sig", newline="") as lines:
        try:
            yield read_report(lines, rules.money)
        except UnicodeDecodeError as error:
            raise ReportRefused(f"the report is not text in UTF-8: {error.reason}") from error
