"""`solebook migrate`: migrate the database to the current schema."""

import argparse
from typing import Any

from .configured import settings_of

_DESCRIPTION = """\
Migrates the database to the schema of this version of solebook. It does nothing if the schema is
current. `solebook serve` migrates a SQLite file by itself. On PostgreSQL only this command
migrates, and processes of another version refuse to start: stop them all, migrate, start the new.
With nats.url it also creates or changes the stream of events.
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "migrate", parents=[common], help="migrate the database", description=_DESCRIPTION
    )
    parser.set_defaults(run=migrate)


async def migrate(options: argparse.Namespace) -> int:
    """Migrate the configured store, and the stream of NATS."""
    from ...composition.migrations import migrate_store
    from ...composition.nats_bus import prepare_broker

    settings = settings_of(options)
    url = await migrate_store(settings)
    print(f"{url} is up to date" if url else "a store in memory has nothing to migrate")
    if stream := await prepare_broker(settings):
        print(f"the stream {stream} of NATS is up to date")
    return 0
