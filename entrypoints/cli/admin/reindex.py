"""`solebook admin reindex`: rebuild the search index."""

import argparse

from ..opened import opened_application
from .action import Actions

_DESCRIPTION = """\
Rebuilds the search index from the products, asks and sales in the database, while the old index
serves. It repairs an index that missed updates, for example because of a dead letter. An index of
an earlier version is rebuilt by itself when the exchange starts.
"""


def add_to(actions: Actions, common: argparse.ArgumentParser) -> None:
    """Add the action to `solebook admin`."""
    parser = actions.add_parser(
        "reindex",
        parents=[common],
        help="rebuild the search index",
        description=_DESCRIPTION,
    )
    parser.set_defaults(run=reindex)


async def reindex(options: argparse.Namespace) -> int:
    """Rebuild the search index."""
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
    print(f"{count} product{'s' if count != 1 else ''} indexed")
    return 0
