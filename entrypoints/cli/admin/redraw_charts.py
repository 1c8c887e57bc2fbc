"""`solebook admin redraw-charts`: draw the charts in InfluxDB again."""

import argparse
import sys

from ..opened import opened_application
from .action import Actions

_DESCRIPTION = """\
Draws the charts in InfluxDB again from the sales in the database, while the market goes on and the
database answers for them. Needed after InfluxDB has lost data, or for a new server. Sales that the
database does not have stay: to begin afresh, name a new database in influx.database first.
"""


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    parser = actions.add_parser(
        "redraw-charts",
        parents=[common],
        help="draw the charts in InfluxDB again",
        description=_DESCRIPTION,
    )
    parser.set_defaults(run=redraw_charts)


async def redraw_charts(options: argparse.Namespace) -> int:
    """Draw the charts again."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (MofNCompleteColumn(), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("redraw", total=None)
        async with opened_application(options) as app:
            redraw = app.analytics.redraw_charts
            if redraw is None:
                print(
                    "the charts are drawn from the database: influx.url is not set", file=sys.stderr
                )
                return 1
            count = await redraw(
                lambda done, total: progress.update(task, completed=done, total=total)
            )
    print(f"{count} sale{'s' if count != 1 else ''} charted")
    return 0
