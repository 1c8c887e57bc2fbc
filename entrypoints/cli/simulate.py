"""`solebook simulate`: simulate a market in memory."""

import argparse
import json
from datetime import timedelta
from typing import Any

from .bars import progress_bars
from .configured import settings_of

_DESCRIPTION = """\
Simulates a market: seeded buyers and sellers trade three products on the real exchange, in memory
and on a clock of its own. It shows what they traded, what the exchange earned and what became of
the orders. It needs no database, and leaves nothing behind.

The rules are those of your settings, so that a fee or a deadline can be tried before it is adopted.
The same seed, people and days give the same people with the same opinions under any rules.
"""
_EPILOG = """\
examples:
  solebook simulate
  solebook simulate --days 90 --buyers 100 --sellers 60 --seed 7
  SOLEBOOK_MARKET__PROCESSING_FEE=250 solebook simulate
  solebook simulate --json > market.json

Amounts in JSON are in minor units, such as cents, and times in UTC.
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "simulate",
        parents=[common],
        help="simulate a market under your rules",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, default, what in (
        ("seed", 0, "another seed gives another course of events"),
        ("days", 30, "simulated days"),
        ("buyers", 20, "number of buyers"),
        ("sellers", 20, "number of sellers"),
        ("authenticators", 2, "number of authenticators at the warehouse"),
    ):
        parser.add_argument(
            f"--{name}", type=int, default=default, metavar="N", help=f"{what} ({default})"
        )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(run=simulate, store=None)


async def simulate(options: argparse.Namespace) -> int:
    """Simulate a market, showing its progress, and print the result."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from ..simulation.market import Market

    market = Market(
        seed=options.seed,
        days=options.days,
        buyers=options.buyers,
        sellers=options.sellers,
        authenticators=options.authenticators,
        rules=settings_of(options).market,
    )
    with progress_bars() as bars:

        def show(passed: timedelta) -> None:
            bars.show("days", passed.days, market.days)

        result = await market.simulate_async(show)
    print(json.dumps(result.figures(), indent=2) if options.json else result.summary())
    return 0
