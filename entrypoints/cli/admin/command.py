"""The command `solebook admin` and its actions."""

import argparse
from typing import Any

from . import (
    api_tokens,
    backup,
    catalog,
    clock,
    copy,
    disputes,
    grant,
    market,
    messages,
    orders,
    people,
    reconciliation,
    records,
    redraw_charts,
    refunds,
    reindex,
    rotate_keys,
    rules,
    shards,
    shortfalls,
    verify,
    webhooks,
)

_DESCRIPTION = """\
Manages an exchange through its database, whether it is running or not. Changes to the books are
left to the running exchange, except by apply-rules. Most changes require a reason, which the audit
log keeps. `solebook admin ACTION --help` explains an action and shows an example.
"""

JOBS = (
    people.ACTIONS,
    api_tokens.ACTIONS,
    market.ACTIONS,
    orders.ACTIONS,
    shortfalls.ACTIONS,
    refunds.ACTIONS,
    disputes.ACTIONS,
    records.ACTIONS,
    messages.ACTIONS,
    webhooks.ACTIONS,
    catalog.ACTIONS,
)


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("admin", help="manage an exchange", description=_DESCRIPTION)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    grant.add_to(actions, common)
    for job in JOBS:
        for action in job:
            action.add_to(actions, common)
    reindex.add_to(actions, common)
    redraw_charts.add_to(actions, common)
    rules.add_to(actions, common)
    shards.add_to(actions, common)
    clock.add_to(actions, common)
    reconciliation.add_to(actions, common)
    verify.add_to(actions, common)
    copy.add_to(actions, common)
    rotate_keys.add_to(actions, common)
    backup.add_to(actions, common)
