"""SQLite files at chosen revisions."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from solebook.adapters.sql.migrate import configuration, connected


async def run(path: Path, to: str, how: Callable[..., None]) -> None:
    """Bring a file to a revision by `command.upgrade` or `command.downgrade`."""

    def do(connection: Connection) -> None:
        how(configuration(connection), to)

    async with connected(f"sqlite:///{path}") as connection:
        await connection.run_sync(do)


def rows(path: Path, query: str) -> list[Any]:
    """Return the rows of a query on a file."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()
