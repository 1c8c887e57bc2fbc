"""The command `solebook admin` and the table of its actions."""

import argparse
from typing import Any

from . import (
    catalog,
    grant,
    market,
    messages,
    money,
    orders,
    people,
    records,
    reindex,
    rules,
    shortfalls,
)

_ABOUT = """\
Looks after an exchange, whether it is running or not: it works on the same database. It never
writes into the books itself. Whatever changes something takes a reason, which stays in the audit
log. `solebook admin ACTION --help` tells more of each action, with an example.
"""

JOBS = (
    people.ACTIONS,
    market.ACTIONS,
    orders.ACTIONS,
    money.ACTIONS,
    shortfalls.ACTIONS,
    records.ACTIONS,
    messages.ACTIONS,
    catalog.ACTIONS,
)


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("admin", help="look after an exchange", description=_ABOUT)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    grant.add_to(actions, common)
    for job in JOBS:
        for action in job:
            action.add_to(actions, common)
    reindex.add_to(actions, common)
    rules.add_to(actions, common)
