"""Brings an exchange back to where it was, so that a race can be run on the same state again.

That takes a twentieth of the time in which a trade gets from the match to its delivery.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from copy import deepcopy
from typing import Protocol

import asyncpg  # type: ignore[import-untyped]  # it has no annotations

from solebook.adapters.embedded.provider import Provider

from .interleaving import SteppedJournal

_COLUMNS = """\
SELECT table_name, string_agg(quote_ident(column_name), ', ') AS columns
FROM information_schema.columns
WHERE table_schema = 'public' AND is_generated = 'NEVER' AND table_name <> 'alembic_version'
GROUP BY table_name"""
_FORGET = "DROP SCHEMA IF EXISTS saved CASCADE"


class Rows(Protocol):
    """The rows of a database, as they were at one instant."""

    async def save(self) -> None:
        """Remember what there is now. Nothing may be under way."""
        ...

    async def restore(self) -> None:
        """Undo everything that was written since."""
        ...


class PostgresRows(Rows):
    def __init__(self, server: asyncpg.Connection) -> None:
        self._server = server
        self._restore = ""

    async def save(self) -> None:
        await self._server.execute(f"{_FORGET}; CREATE SCHEMA saved")
        statements = ["SET LOCAL session_replication_role = replica"]  # asks no trigger and no key
        for table, columns in await self._server.fetch(_COLUMNS):
            statements.append(f"DELETE FROM public.{table}")
            if await self._server.fetchval(f"SELECT EXISTS (SELECT FROM public.{table})"):
                await self._server.execute(f"CREATE TABLE saved.{table} AS TABLE public.{table}")
                statements.append(
                    f"INSERT INTO public.{table} ({columns}) OVERRIDING SYSTEM VALUE "
                    f"SELECT {columns} FROM saved.{table}"
                )
        self._restore = "; ".join(["BEGIN", *statements, "COMMIT"])

    async def restore(self) -> None:
        await self._server.execute(self._restore)


class SqliteRows(Rows):
    def __init__(self, path: str, saved: sqlite3.Connection) -> None:
        self._path = path
        self._saved = saved

    async def save(self) -> None:
        with closing(sqlite3.connect(self._path)) as file:
            file.backup(self._saved)

    async def restore(self) -> None:
        with closing(sqlite3.connect(self._path)) as file:
            self._saved.backup(file)


@asynccontextmanager
async def kept_rows(url: str) -> AsyncIterator[Rows]:
    """Yield what keeps the rows of a database; it forgets them at the end."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(":memory:")) as saved:
            yield SqliteRows(url.removeprefix("sqlite:///"), saved)
        return
    server = await asyncpg.connect(url)
    try:
        yield PostgresRows(server)
        await server.execute(_FORGET)
    finally:
        await server.close()


class Checkpoint:
    """The rows of an exchange and the calls of its payment provider, as they were."""

    def __init__(self, rows: Rows, journal: SteppedJournal) -> None:
        self._rows = rows
        self._journal = journal
        self._provider = Provider()

    async def save(self) -> None:
        """Remember what there is now. Nothing may be under way."""
        self._provider = deepcopy(self._journal.provider)
        await self._rows.save()

    async def restore(self) -> None:
        """Undo everything that happened since."""
        self._journal.provider = deepcopy(self._provider)
        await self._rows.restore()
