"""`solebook migrate`: the database is brought up to date."""

import argparse
import os
from typing import Any

_ABOUT = """\
Brings the database's schema up to the one that this version of solebook needs, and does nothing if
it is there already. `solebook serve` does so by itself; run this first where several processes
start at once, or to see that it works.
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "migrate", parents=[common], help="bring the database up to date", description=_ABOUT
    )
    parser.set_defaults(run=migrate)


async def migrate(options: argparse.Namespace) -> int:
    """Migrate the configured store."""
    from ...composition.migrations import migrate_store
    from ...config.load import load_settings

    url = await migrate_store(load_settings(options.config, os.environ))
    print(f"{url} is up to date" if url else "a store in memory has nothing to migrate")
    return 0
