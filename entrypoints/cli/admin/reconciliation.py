"""`solebook admin solvency` and `reconcile`: compare the ledger with the payment provider."""

import argparse
import sys
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ....composition.application import Application
from ....ports.language.integrity import Progress
from ....ports.language.money import Cents
from ....ports.language.reconciliation import Discrepancy, ReportSummary
from ....ports.language.text import counted
from ..bars import Bars, progress_bars
from ..opened import opened_application
from .action import Actions

_SOLVENCY = """\
Reads what the payment provider moved since the last time, books its fees, withdrawals and top-ups,
and compares everything else with the ledger, item by item. Each item that differs is one line.
Then adds up the ledger and compares it with the balance at the provider. If only the sums differ,
everything is read and compared once more.

The exit code is 1 if an item or a sum differs at all. What the exchange knows of and will still
record is listed as under way, and is no difference.
"""
_SOLVENCY_EXAMPLE = """\
example:
  solebook admin solvency
  escrow                214.00
  world                -214.00
  held                  214.00
  provider              214.00
  balanced exactly
"""
_RECONCILE = """\
Compares a downloaded balance report of Stripe with the ledger, item by item: the itemized "Balance
change from activity", or the export of all balance transactions, as CSV. Its times are in UTC, and
its amounts in units of the currency.

Each item that differs is one line: what the report has, and what the exchange has. What the
exchange has read within the time of the report and is not in it is a difference too. What is before
or after the report is not looked at. It changes nothing, and does not ask the provider, so run
`solebook admin solvency` before. The exit code is 1 if an item differs, and if the report has no
rows.
"""
_RECONCILE_EXAMPLE = """\
example:
  solebook admin reconcile Itemized_balance_change_from_activity_USD.csv
  movement txn_1N (pi_3N): the report has a charge of 214.00 in line 7, and ...
  312 rows from 2026-03-01 00:04:11 to 2026-03-31 23:51:02: gross 41,214.00, fees 1,288.10
  1 item differs
"""


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the actions to `solebook admin`."""
    solvency = actions.add_parser(
        "solvency",
        parents=[common],
        help="compare the ledger with the payment provider",
        description=_SOLVENCY,
        epilog=_SOLVENCY_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    solvency.set_defaults(run=check_solvency)
    report = actions.add_parser(
        "reconcile",
        parents=[common],
        help="compare a downloaded balance report with the ledger",
        description=_RECONCILE,
        epilog=_RECONCILE_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.add_argument("file", metavar="FILE", type=Path, help="the report, as CSV")
    report.set_defaults(run=reconcile)


async def check_solvency(options: argparse.Namespace) -> int:
    """Reconcile the configured exchange and compare the sums. The exit code is 1 on differences."""
    async with opened_application(options) as app:
        with _bars() as bars:
            payments = app.payments
            differing = await _shown(payments.reconcile(), bars)
            solvency = await payments.check_solvency()
            if not solvency.balanced and not differing:
                differing = await _shown(payments.reconcile(whole=True), bars)
                solvency = await payments.check_solvency()
        plain = app.rules.money.plain
    rows: list[tuple[str, Cents]] = [*sorted(solvency.by_kind.items())]
    rows += [("held", solvency.held), ("provider", solvency.provider_balance)]
    width = max(12, *(len(name) + 1 for name, _ in rows))
    for name, amount in rows:
        print(f"{name:<{width}}{plain(amount):>16}")
    if differing:
        print(_count(differing))
    print("balanced exactly" if solvency.balanced else "NOT BALANCED")
    return 0 if solvency.balanced and not differing else 1


async def reconcile(options: argparse.Namespace) -> int:
    """Compare a report with the configured exchange. The exit code is 1 if an item differs.

    Raises ReportRefused, OSError.
    """
    from ....composition.balance_reports import open_report, reconcile_report_of

    async with opened_application(options) as app:
        with open_report(options.file, app.rules) as rows, _bars() as bars:
            differing = await _shown(reconcile_report_of(app)(rows), bars, app)
    print(_count(differing) if differing else "no item differs")
    return 1 if differing else 0


async def _shown(
    told: AsyncIterable[Progress | Discrepancy | ReportSummary],
    bars: Bars | None,
    app: Application | None = None,
) -> int:
    """Print what a comparison tells, and return how many items differ."""
    differing = 0
    async for each in told:
        match each:
            case Progress():
                if bars is not None:
                    bars.show(each.stage, each.done, each.total)
            case Discrepancy():
                differing += not each.is_under_way
                print(f"under way: {each}" if each.is_under_way else str(each))
            case ReportSummary():
                assert app is not None, each
                print(_summary(app, each))
    return differing


def _summary(app: Application, summary: ReportSummary) -> str:
    rows = counted(summary.rows, "row")
    if summary.since is None or summary.until is None:
        return rows
    since, until = (f"{each:%Y-%m-%d %H:%M:%S}" for each in (summary.since, summary.until))
    plain = app.rules.money.plain
    sums = f"gross {plain(summary.gross)}, fees {plain(summary.fees)}"
    return f"{rows} from {since} to {until}: {sums}"


def _count(differing: int) -> str:
    return f"{counted(differing, 'item')} {'differs' if differing == 1 else 'differ'}"


@contextmanager
def _bars() -> Iterator[Bars | None]:
    """Yield bars if somebody looks at them. A timer gets nothing but what differs."""
    if not sys.stderr.isatty():
        yield None
        return
    with progress_bars() as bars:
        yield bars
