"""`solebook admin reindex`: the search index is made anew."""

import argparse

from ..opened import opened_application
from .action import Actions

_ABOUT = """\
Makes the search index anew from the products, asks and sales in the database, while the old one
serves: needed once for a database from before there was a search, and good against anything that
the index may have missed, such as what became a dead letter.
"""


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    parser = actions.add_parser(
        "reindex",
        parents=[common],
        help="make the search index anew",
        description=_ABOUT,
    )
    parser.set_defaults(run=reindex)


async def reindex(options: argparse.Namespace) -> int:
    """Make the search index anew."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed} products"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("reindex", total=None)
        async with opened_application(options) as app:
            count = await app.search.reindex_products(
                lambda done: progress.update(task, completed=done)
            )
    print(f"{count} product{'s' if count != 1 else ''} can be found")
    return 0
