"""`solebook stack`: run a whole deployment on this machine."""

import argparse
import logging
import sys
from pathlib import Path
from typing import Any

_DESCRIPTION = """\
Runs the whole production shape on one machine, without Docker: PostgreSQL, NATS, Valkey and
Typesense from wheels, InfluxDB where it is installed, a double of Stripe, two processes with HTTP,
two candidates for the matching engine, and a worker for the other roles. All listen on free ports
of 127.0.0.1, with passwords. What dies is started again. Ctrl-C stops everything in order, and a
second Ctrl-C at once. The data stay in the folder, to go on with.
"""
_EPILOG = """\
examples:
  solebook stack
  solebook stack /srv/solebook --spread
  solebook stack --once --json          (for CI: ends with 1 if something is not well)
  solebook stack --stripe-key sk_test_... --stripe-webhook-secret whsec_...
"""
DEFAULT = Path("solebook-stack")


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "stack",
        parents=[common],
        help="run a whole deployment on this machine",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, default=DEFAULT, metavar="DIR", help=f"where ({DEFAULT})"
    )
    parser.add_argument("--spread", action="store_true", help="run each role in its own process")
    parser.add_argument(
        "--shards", type=int, metavar="N", help="divide the books into N shards (1)"
    )
    parser.add_argument(
        "--stripe-key",
        metavar="SK",
        help="for a new folder: use Stripe's test mode, not the double",
    )
    parser.add_argument(
        "--stripe-webhook-secret", metavar="WHSEC", help="what signs Stripe's webhooks"
    )
    parser.add_argument(
        "--more", type=Path, metavar="FILE", help="in a new folder: TOML to add to its settings"
    )
    parser.add_argument(
        "--once", action="store_true", help="start, show the state, and stop: 1 if it is not well"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the state as JSON, one line for each change of a process; the rest to stderr",
    )
    # What the stack itself notices is on its screen.
    parser.set_defaults(run=stack, log_level=logging.ERROR)


async def stack(options: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM, or once."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from rich.console import Console

    from ...core.bidding.reshard import MOST_SHARDS
    from ..stack.run import run_stack
    from ..stack.screen import JsonLines, Lines
    from ..stack.settings_file import Payments
    from ..stack.stack import Plan

    if options.stripe_webhook_secret is not None and options.stripe_key is None:
        raise ValueError("--stripe-webhook-secret needs --stripe-key")
    if options.shards is not None and not 1 <= options.shards <= MOST_SHARDS:
        raise ValueError(f"--shards takes 1 to {MOST_SHARDS}, not {options.shards}")
    payments = Payments()
    if options.stripe_key is not None:
        if "_test_" not in options.stripe_key:
            raise ValueError("--stripe-key takes a key of Stripe's test mode, such as sk_test_...")
        payments = Payments("stripe", options.stripe_key, options.stripe_webhook_secret or "")
    folder = options.folder.absolute()
    if options.stripe_key is not None and (folder / "solebook.toml").exists():
        raise ValueError(
            f"--stripe-key is for a new folder; here, change {folder}/solebook.toml and secrets.env"
        )
    plan = Plan(
        folder,
        spread=options.spread,
        shards=options.shards,
        payments=payments,
        more="" if options.more is None else f"\n{options.more.read_text(encoding='utf-8')}",
    )
    console = Console(stderr=options.json)
    lines = JsonLines(sys.stdout) if options.json else Lines(console) if options.once else None
    is_well = await run_stack(plan, console, stays=not options.once, lines=lines)
    return 0 if is_well or not options.once else 1
