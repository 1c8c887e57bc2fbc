"""Databases and roles as others have set them up."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.limits import Limits
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.adapters.sql.migrate import (
    WrongSchema,
    configuration,
    connected,
    kept_stopped,
    migrate,
    require_current,
)
from solebook.composition.copying import copy_to, settings_for
from solebook.config.settings import Settings, StoreSettings
from solebook.ports.language.errors import Unavailable

from ...pooler import Pooler
from ...postgres_server import PostgresServer


@pytest.fixture
async def role(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """A role of which nothing is left afterwards."""
    postgres_server.sql("CREATE ROLE keeper LOGIN")
    yield "keeper"
    postgres_server.sql("DROP DATABASE IF EXISTS kept WITH (FORCE)")
    postgres_server.sql("DROP ROLE keeper")


def url_for(role: str, url: str) -> str:
    return url.replace("postgres@", f"{role}@", 1)


# ---- what cannot be used -------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
async def test_a_database_that_cannot_keep_every_name_is_refused(
    postgres_server: PostgresServer, encoding: str
) -> None:
    options = f"ENCODING '{encoding}' LOCALE 'C'"
    url = postgres_server.create_database("narrow", template="template0", options=options)
    for refused in (migrate(url), require_current(url)):
        with pytest.raises(ValueError, match=f"has the encoding {encoding}, and names need UTF8"):
            await refused
    assert (
        postgres_server.sql(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "narrow"
        ).strip()
        == "0"
    )
    postgres_server.sql("DROP DATABASE narrow WITH (FORCE)")


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("", "permission denied for schema public"),
        ("default_transaction_read_only = on", "cannot execute .* in a read-only transaction"),
    ],
)
async def test_a_migration_that_may_not_write_says_so_in_one_line(
    postgres_server: PostgresServer, role: str, setting: str, why: str
) -> None:
    url = postgres_server.create_database("kept")
    if setting:
        postgres_server.sql(f"ALTER DATABASE kept SET {setting}")
        postgres_server.sql(f"ALTER DATABASE kept OWNER TO {role}")
    with pytest.raises(Unavailable) as refused:
        await migrate(url_for(role, url))
    with pytest.raises(OSError, match=rf"\A{why}\Z"):
        raise refused.value.__cause__ or refused.value


# ---- settings of a role --------------------------------------------------------------------------


async def test_time_limits_of_a_role_do_not_end_what_takes_long(
    postgres_server: PostgresServer, role: str
) -> None:
    url = url_for(role, postgres_server.create_database("kept"))
    postgres_server.sql(f"ALTER DATABASE kept OWNER TO {role}")
    for limit in ("transaction", "statement", "lock", "idle_session"):
        postgres_server.sql(f"ALTER ROLE {role} SET {limit}_timeout = '1s'")
    postgres_server.sql(f"ALTER ROLE {role} SET idle_in_transaction_session_timeout = '1s'")
    await migrate(url)
    reader = await PostgresConnection.open(url, Limits())
    await reader.begin_reading()
    await reader.fetch("SELECT pg_sleep(1.2)", ())
    await reader.fetch("SELECT 1", ())
    await reader.close()


async def test_an_idle_connection_of_the_pool_is_kept_whatever_the_role_says(
    postgres_server: PostgresServer, role: str
) -> None:
    url = url_for(role, postgres_server.create_database("kept"))
    postgres_server.sql(f"ALTER ROLE {role} SET idle_session_timeout = '20ms'")
    async with SqlDatabase(url) as database, database._driver.reading() as connection:
        [[limit]] = await connection.fetch("SHOW idle_session_timeout", ())
        assert limit == "0"


# ---- processes that are running ------------------------------------------------------------------


async def one_revision_back(url: str) -> None:
    async with connected(url) as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "-1"))


async def test_a_schema_is_not_changed_under_a_running_process(
    postgres_server: PostgresServer,
) -> None:
    url = postgres_server.create_database("moving")
    await migrate(url)
    await one_revision_back(url)
    running = await PostgresConnection.open(url, Limits(), "solebook trade on db-1")
    with pytest.raises(WrongSchema, match="running on the database: solebook trade on db-1"):
        await migrate(url)
    await running.close()
    other = await PostgresConnection.open(url, Limits(), "solebook command on db-1")
    await migrate(url)
    await other.close()
    await require_current(url)
    again = await PostgresConnection.open(url, Limits(), "solebook all on db-1")
    await migrate(url)  # which has nothing to do
    await again.close()
    postgres_server.sql("DROP DATABASE moving WITH (FORCE)")


async def test_nothing_starts_on_a_database_that_is_kept_stopped(postgres_url: str) -> None:
    async with kept_stopped(postgres_url):
        starting = asyncio.create_task(require_current(postgres_url))
        admin = await PostgresConnection.open(postgres_url, Limits())
        while not (await admin.fetch("SELECT count(*) FROM pg_locks WHERE NOT granted", ()))[0][0]:
            assert not starting.done()
        await admin.close()
    await starting


# ---- copies --------------------------------------------------------------------------------------


async def test_a_store_in_postgres_is_not_copied_while_a_worker_runs_on_it(
    postgres_url: str, tmp_path: Path
) -> None:
    """Whatever the clock of this machine says about leases."""
    settings = Settings(folder=str(tmp_path), store=StoreSettings(url=postgres_url))
    target = f"sqlite:///{tmp_path}/target.db"
    await migrate(target)
    running = await PostgresConnection.open(postgres_url, Limits(), "solebook trade on db-1")
    with pytest.raises(ValueError, match="solebook trade on db-1; stop it first"):
        await copy_to(settings, target, lambda *_: None)
    await running.close()
    assert (await copy_to(settings, target, lambda *_: None))["users"] == 0


async def test_a_copy_waits_for_a_slow_source(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    """Longer than PostgreSQL usually lets a transaction of a process alone, which are 5 seconds."""
    source = postgres_server.create_database("slow", template="template0")
    await migrate(source)
    settings = Settings(folder=str(tmp_path), store=StoreSettings(url=source))
    blocker = await PostgresConnection.open(source, Limits(left_alone=0))
    await blocker.begin()
    await blocker.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE", ())
    copying = asyncio.create_task(copy_to(settings, postgres_url, lambda *_: None))
    left_alone = (
        "SELECT extract(epoch FROM clock_timestamp() - min(state_change))::float8"
        " FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = 'store'"
    )
    looking = await PostgresConnection.open(source, Limits())
    longest = 0.0
    try:
        while not copying.done() and longest < 5.5:
            [[seconds]] = await looking.fetch(f"{left_alone} AND pg_sleep(0.1) IS NOT NULL", ())
            if seconds is None and longest:
                break  # PostgreSQL has ended it
            longest = max(longest, seconds or 0.0)
    finally:
        await looking.close()
        await blocker.close()
    await copying
    postgres_server.sql("DROP DATABASE slow WITH (FORCE)")


# ---- poolers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ignores", [False, True])
async def test_a_pooler_for_sessions_gets_the_settings_afterwards(
    postgres_server: PostgresServer, postgres_url: str, ignores: bool
) -> None:
    async with Pooler(postgres_server, "store", "session", ignores=ignores).url() as url:
        await require_current(url)
        async with SqlDatabase(url) as database, database._driver.reading() as connection:
            for name, value in {
                "default_transaction_isolation": "read committed",
                "idle_in_transaction_session_timeout": "5s",
                "statement_timeout": "30s",
                "synchronous_commit": "on",
                "jit": "off",
            }.items():
                assert [*(await connection.fetch(f"SHOW {name}", ()))[0]] == [value]


@pytest.mark.parametrize("ignores", [False, True])
async def test_a_pooler_for_transactions_is_refused(
    postgres_server: PostgresServer, postgres_url: str, ignores: bool
) -> None:
    async with Pooler(postgres_server, "store", "transaction", ignores=ignores).url() as url:
        for opening in (require_current(url), PostgresConnection.open(url, Limits())):
            with pytest.raises(ValueError, match="a pooler in transaction mode: connect directly"):
                await opening


def test_a_copy_has_no_replica_of_the_source() -> None:
    store = StoreSettings(url="postgresql://db1/x", replica_url="postgresql://db2/x")
    assert settings_for(Settings(store=store), "sqlite:///x").store.replica_url is None
