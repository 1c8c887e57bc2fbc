"""Waiting for the running exchange to carry out what was asked of it."""

import argparse
import sys
from collections.abc import Callable
from datetime import timedelta

from ....composition.application import Application
from ....ports.language.audit import AuditAction, AuditEntry
from ..opened import is_served
from .action import Told, argument

NOT_YET = 3
"""The exit code where what was asked for is stored, and not carried out yet."""

_A_DAY = 86_400


def seconds(text: str) -> float:
    """Return how long to wait, from nothing to a day. Raises ValueError."""
    number = float(text)
    if not 0 <= number <= _A_DAY:  # not a number is neither
        raise ValueError(text)
    return number


WAIT = argument(
    "--wait",
    type=seconds,
    default=10.0,
    metavar="SECONDS",
    help="how long to wait for the running exchange to carry it out (10); the exit code is "
    f"{NOT_YET} if that is not done by then",
)


async def told_when_done(
    app: Application,
    options: argparse.Namespace,
    entry: AuditEntry,
    done: Callable[[AuditEntry], str],
) -> Told:
    """Return what became of a request, in the words of `done`, or that it is not carried out yet.

    Raises ValueError, in the same words, if it was refused by then.
    """
    if not is_served(options):
        return Told(
            "no exchange is running here; this will be carried out when one starts "
            f"(audit entry {entry.id})",
            NOT_YET,
        )
    print(f"waiting up to {options.wait:g} s for the exchange", file=sys.stderr)
    within = timedelta(seconds=options.wait)
    outcome = await app.operations.await_outcome(entry.id, within)
    if outcome is None:
        return Told(
            f"the exchange did not carry it out within {options.wait:g} s, but will "
            f"(audit entry {entry.id})",
            NOT_YET,
        )
    if outcome.act.action is not AuditAction.CARRIED_OUT:
        raise ValueError(done(outcome))
    return Told(done(outcome))
