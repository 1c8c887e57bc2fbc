"""`solebook migrate`: migrate the database to the current schema."""

import argparse
import os
from typing import Any

_DESCRIPTION = """\
Migrates the database to the schema of this version of solebook. It does nothing if the schema is
current. `solebook serve` migrates by itself. Run this first if several processes start at once, or
to check that the migration works.
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "migrate", parents=[common], help="migrate the database", description=_DESCRIPTION
    )
    parser.set_defaults(run=migrate)


async def migrate(options: argparse.Namespace) -> int:
    """Migrate the configured store."""
    from ...composition.migrations import migrate_store
    from ...config.load import load_settings

    url = await migrate_store(load_settings(options.config, os.environ))
    print(f"{url} is up to date" if url else "a store in memory has nothing to migrate")
    return 0
