"""`solebook admin verify`: check that everything in the store agrees."""

import argparse

from ....composition.application import Application
from ....ports.language.integrity import Check, Finding, Progress, Underway
from ....ports.language.text import counted
from ..bars import progress_bars
from ..opened import opened_application
from .action import Actions

_DESCRIPTION = """\
Checks that everything in the database agrees: rules and terms, orders and their histories,
deadlines, matches and quotes, published books, stock, warehouse, tape and turnovers, sellers'
quarters, the search index, the charts in InfluxDB, payments, ledger, messages, what rows refer to,
and that personal data can be opened. It also compares all that the payment provider moved with the
ledger, to the cent.

It changes nothing, and works beside a running exchange: all checks read one snapshot, and what
differs at the provider or in the published books is read again before it is reported. What one
context has not heard of yet, because the message is under way, is no error. Money that the provider
moved and that the exchange will still record is listed as under way, and is no error either.

Each error is one line: the check, the record with its id, what is there, and what it should be. At
the end, a line for each check with an error says what to do. The exit code is 1 if there is one.
"""
_EPILOG = """\
example:
  solebook admin verify
  history: order 01a2086e-...: status is confirmed; by its history it should be seller_shipping
  What to do about history: freeze the payouts of these orders ...
  1 error in 4210 orders, 9344 quotes and 21877 transfers
"""


_FREEZE = (
    "freeze the payouts of these orders (`solebook admin freeze-payout`), and repair the rows or "
    "restore a backup"
)
_REPLAY = "look at `solebook admin dead-letters`, and at the log"
ADVICE = {
    Check.RULES: "start the exchange, which says what differs and how to adopt it",
    Check.HISTORY: _FREEZE,
    Check.DEADLINES: "move these orders on (`solebook admin --help`), for nothing else will",
    Check.MATCHES: _FREEZE,
    Check.QUOTES: "halt these books (`solebook admin halt`), and repair the rows",
    Check.BOOKS: "restart the process with the engine, which loads its books again",
    Check.STOCK: _FREEZE,
    Check.WAREHOUSE: "hold these pairs in the warehouse until the rows are repaired",
    Check.TAPE: "statistics and candles are wrong until the rows are repaired",
    Check.SELLERS: "these sellers' fees may be wrong until the rows are repaired",
    Check.SEARCH: "run `solebook admin reindex`",
    Check.CHARTS: "run `solebook admin redraw-charts`",
    Check.PAYMENTS: _FREEZE,
    Check.LEDGER: _FREEZE,
    Check.PROVIDER: (
        "look these up at the provider. If it knows none of the orders, the database and the "
        "provider's records (payments.journal) are of two exchanges"
    ),
    Check.MESSAGES: _REPLAY,
    Check.REFERENCES: "restore what is missing from a backup",
    Check.SEALING: "give the missing key in encryption.keys, or restore the rows from a backup",
}


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    parser = actions.add_parser(
        "verify",
        parents=[common],
        help="check that everything in the database agrees",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=verify)


async def verify(options: argparse.Namespace) -> int:
    """Verify the configured exchange. The exit code is 1 if there is an error."""
    async with opened_application(options) as app:
        return await verify_application(app)


async def verify_application(app: Application) -> int:
    """Verify an application, print what is wrong, and return the exit code."""
    from ....composition.integrity import verify_exchange_of

    errors, totals, failed = 0, dict[str, int](), dict[Check, None]()
    with progress_bars() as bars:
        async for report in verify_exchange_of(app)():
            match report:
                case Progress():
                    totals[report.stage] = report.done
                    bars.show(report.stage, report.done, report.total)
                case Finding():
                    errors += 1
                    failed[report.check] = None
                    print(report)
                case Underway():
                    print(f"under way: {report}")
    for check in failed:
        print(f"What to do about {check}: {ADVICE[check]}.")
    checked = [counted(totals.get("orders", 0), "order"), counted(totals.get("quotes", 0), "quote")]
    transfers = counted(totals.get("ledger", 0), "transfer")
    found = counted(errors, "error") if errors else "no errors"
    print(f"{found} in {', '.join(checked)} and {transfers}")
    return 1 if errors else 0
