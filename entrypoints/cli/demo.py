"""`solebook demo`: watch an exchange replay real sales."""

import argparse
import logging
from pathlib import Path
from typing import Any

from .configured import add_store

_DESCRIPTION = """\
Starts an exchange on a fresh database, loads a catalogue, and replays real sales through its HTTP
API: signed-in sellers and buyers place asks and bids so that each pair trades at its historic price
and on its historic day. The pairs are shipped, authenticated and delivered, and their sellers are
paid. A few extra trades fail on purpose. At the end the demo prints what was sold, compares every
figure of every size with the file, and checks the ledger to the cent. Then it keeps running, so
that you can look around. With --store it uses an empty database of yours, and leaves it to you,
with a folder solebook-demo for what is not in the database.
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        parents=[common],
        help="watch an exchange trade real sales",
        description=_DESCRIPTION,
    )
    parser.add_argument(
        "--products",
        type=Path,
        metavar="FILE",
        help="a catalogue: CSV with product,model,color,retail_usd,released_on",
    )
    parser.add_argument(
        "--sales",
        type=Path,
        metavar="FILE",
        help="sales: CSV with sold_on,product,us_size,price_usd",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="replay only the first N sales")
    parser.add_argument("--exit", action="store_true", help="stop after the report")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON too")
    add_store(parser)
    parser.add_argument("--port", type=int, default=0, help="where to listen (a free port)")
    # The demo retries a charge on purpose, and the warning would break up the progress bars.
    parser.set_defaults(run=demo, log_level=logging.ERROR)


async def demo(options: argparse.Namespace) -> int:
    """Run the demo. The exit code is 1 if a figure differs or the ledger is not balanced."""
    from ..demo.api import ApiRefusal
    from ..demo.run import run_demo

    try:
        return await run_demo(
            products=options.products,
            sales=options.sales,
            limit=options.limit,
            stay=not options.exit,
            report=options.report,
            port=options.port,
            store=options.store,
        )
    except ApiRefusal as refusal:
        raise ValueError(f"the demo went wrong: {refusal}") from refusal
