"""Wait until the running exchange has carried out a request."""

import argparse
import sys
from collections.abc import Callable
from datetime import timedelta

from ....composition.application import Application
from ....ports.language.audit import AuditAction, AuditEntry
from ..opened import is_served
from .action import Output, argument

NOT_YET = 3
"""The exit code if the request is stored but not carried out yet."""

_A_DAY = 86_400


def seconds(text: str) -> float:
    """Return a number of seconds from 0 to a day. Raises ValueError."""
    number = float(text)
    if not 0 <= number <= _A_DAY:  # also refuses NaN
        raise ValueError(text)
    return number


WAIT = argument(
    "--wait",
    type=seconds,
    default=10.0,
    metavar="SECONDS",
    help="how long to wait for the running exchange to carry it out (10); after that the exit "
    f"code is {NOT_YET}",
)


async def wait_for_outcome(
    app: Application,
    options: argparse.Namespace,
    entry: AuditEntry,
    done: Callable[[AuditEntry], str],
) -> Output:
    """Return the outcome of a request, as text from `done`, or that it is not carried out yet.

    Raises ValueError with the text from `done` if the request was refused meanwhile.
    """
    if not await is_served(options, app):
        return Output(
            "no exchange is running here; this will be carried out when one starts "
            f"(audit entry {entry.id})",
            NOT_YET,
        )
    print(f"waiting up to {options.wait:g} s for the exchange", file=sys.stderr)
    within = timedelta(seconds=options.wait)
    outcome = await app.operations.await_outcome(entry.id, within)
    if outcome is None:
        return Output(
            f"the exchange did not carry it out within {options.wait:g} s, but will "
            f"(audit entry {entry.id})",
            NOT_YET,
        )
    if outcome.act.action is not AuditAction.CARRIED_OUT:
        raise ValueError(done(outcome))
    return Output(done(outcome))
