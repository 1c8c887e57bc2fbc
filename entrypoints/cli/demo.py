"""`solebook demo`: watch an exchange replay real sales."""

import argparse
import logging
from pathlib import Path
from typing import Any

from ...ports.language.money import CURRENCY
from .configured import add_store, settings_of
from .opened import opened_application

_DESCRIPTION = """\
Starts an exchange on a fresh database, loads a catalogue, and replays real sales through its HTTP
API: signed-in sellers and buyers place asks and bids so that each pair trades at its historic price
and on its historic day. The pairs are shipped, authenticated and delivered, and their sellers are
paid. A few extra trades fail on purpose. At the end the demo prints what was sold, compares every
figure of every size with the file, and checks the ledger to the cent. Then it keeps running, so
that you can look around. With --store it uses an empty database of yours, and leaves it to you,
with a folder solebook-demo for what is not in the database.

With --stack it starts a whole deployment, as `solebook stack` does, in a new folder that stays, and
trades through both of its processes with HTTP. It needs the extra `stack`.

With --url it starts no exchange, but replays the sales through one that is running, whose store and
other settings it needs too. That one has the clock of a demo: see `solebook admin clock --help`.
"""
_EPILOG = """\
examples:
  solebook demo
  solebook demo --stack
  solebook demo --url http://127.0.0.1:8000 --store postgresql://solebook@db/demo
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        parents=[common],
        help="watch an exchange trade real sales",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--products",
        type=Path,
        metavar="FILE",
        help="a catalogue: CSV with product,color,retail_usd,released_on, or the StockX contest's",
    )
    parser.add_argument(
        "--sales",
        type=Path,
        metavar="FILE",
        help="sales: CSV with sold_on,product,us_size,price_usd, or the StockX contest's",
    )
    parser.add_argument(
        "--currency",
        metavar="CODE",
        help="the currency (ISO 4217; USD), also of your files: retail_jpy, price_jpy",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="replay only the first N sales")
    parser.add_argument("--exit", action="store_true", help="stop after the report")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON too")
    add_store(parser)
    parser.add_argument("--port", type=int, default=0, help="where to listen (a free port)")
    parser.add_argument(
        "--stack",
        nargs="?",
        type=Path,
        const=Path("solebook-demo-stack"),
        metavar="DIR",
        help="start a whole deployment in DIR (solebook-demo-stack) and trade through that",
    )
    parser.add_argument(
        "--url", nargs="+", metavar="URL", help="the running exchange; several are used in turn"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="with --url: its settings (solebook.toml)"
    )
    # The demo retries a charge on purpose, and the warning would break up the progress bars.
    parser.set_defaults(run=demo, log_level=logging.ERROR)


async def demo(options: argparse.Namespace) -> int:
    """Run the demo. The exit code is 1 if a figure differs or the ledger is not balanced."""
    from ..demo.api import ApiRefusal
    from ..demo.run import run_demo

    if options.config is not None and options.url is None:
        raise ValueError("--config is for --url: the demo's own exchange has settings of its own")
    if options.currency is not None and (options.url or options.stack):
        raise ValueError("--currency is for the demo's own exchange in one process")
    if options.stack is not None and (options.url or options.store):
        raise ValueError("--stack starts an exchange with a store of its own")
    try:
        if options.url is not None:
            return await _demo_elsewhere(options)
        if options.stack is not None:
            return await _demo_on_stack(options)
        return await run_demo(
            products=options.products,
            sales=options.sales,
            limit=options.limit,
            stay=not options.exit,
            report=options.report,
            port=options.port,
            store=options.store,
            currency=options.currency or CURRENCY,
        )
    except ApiRefusal as refusal:
        raise ValueError(f"the demo went wrong: {refusal}") from refusal


async def _demo_elsewhere(options: argparse.Namespace) -> int:
    from ..demo.deployment import run_on_deployment

    async with opened_application(options) as application:
        return await run_on_deployment(
            application,
            settings_of(options),
            [url.rstrip("/") for url in options.url],
            products=options.products,
            sales=options.sales,
            limit=options.limit,
            report=options.report,
        )


async def _demo_on_stack(options: argparse.Namespace) -> int:
    from ..demo.on_stack import demo_on_stack

    return await demo_on_stack(
        options.stack.absolute(),
        products=options.products,
        sales=options.sales,
        limit=options.limit,
        report=options.report,
        stay=not options.exit,
    )
