"""Write a revision that leads from the newest one to what the tables in schema/ say now."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from solebook.adapters.sql.migrate import configuration, connected, migrate


async def _main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'newest.db')}"
        await migrate(url)
        async with connected(url) as connection:
            await connection.run_sync(lambda connection: _write(connection, message))


def _write(connection: Connection, message: str) -> None:
    config = configuration(connection)
    newest = ScriptDirectory.from_config(config).get_current_head() or "0000"
    command.revision(config, message, autogenerate=True, rev_id=f"{int(newest) + 1:04}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m solebook.adapters.sql.migrations "why the schema changes"')
    asyncio.run(_main(sys.argv[1]))
