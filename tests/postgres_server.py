"""PostgreSQL servers for tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from servers import postgres_server
from servers.postgres_server import PostgresServer

from .missing_server import do_without

__all__ = [
    "PostgresServer",
    "empty_tables",
    "new_postgres_of_the_machine",
    "require_postgres",
    "running_postgres",
]

_END_TRANSACTIONS = """
SELECT application_name, state, now() - xact_start AS age, query, pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY xact_start
"""


@contextmanager
def running_postgres(*, safe: bool = False) -> Iterator[PostgresServer]:
    """Run a server on new data, which is deleted at the end. Skips if there is none to be had.

    A `safe` one syncs to the disk.
    """
    require_postgres()
    with postgres_server.running_postgres(safe=safe) as server:
        yield server


def require_postgres() -> None:
    """Skip the test if the wheel's server is not installed."""
    if not postgres_server.is_installed():
        do_without(postgres_server.NOT_INSTALLED)


@contextmanager
def new_postgres_of_the_machine(*options: str) -> Iterator[PostgresServer]:
    """Yield a server with TLS and ICU, not started yet. Skips if there is none to be had."""
    if not postgres_server.is_on_the_machine():
        do_without(postgres_server.NOT_ON_THE_MACHINE)
    with postgres_server.new_postgres_of_the_machine(*options) as server:
        yield server


async def empty_tables(url: str, patience: float = 30.0) -> None:
    """Delete all rows of a database, which takes a tenth of the time of a new database.

    If somebody has locked a table and keeps it for `patience` seconds, this fails, tells who it is
    and ends them. So one test fails for what another one has left behind, and not each after it.
    """
    import asyncpg  # type: ignore[import-untyped]  # it has no annotations

    connection = await asyncpg.connect(url)
    tables = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL ($1)",
        ["alembic_version", "search_index"],
    )
    # As a replica, it asks no trigger and no foreign key.
    as_replica = "SET session_replication_role = replica"
    in_time = f"SET lock_timeout = {round(patience * 1_000)}"
    emptied = (f"DELETE FROM {row['tablename']}" for row in tables)
    reset = "UPDATE search_index SET serving = 0, building = NULL, rebuilds = 0"
    try:
        await connection.execute("; ".join((as_replica, in_time, *emptied, reset)))
    except asyncpg.LockNotAvailableError as error:
        left = [tuple(row) for row in await connection.fetch(_END_TRANSACTIONS)]
        raise AssertionError(f"an earlier test left transactions open: {left}") from error
    finally:
        await connection.close()
