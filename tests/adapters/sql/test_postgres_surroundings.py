"""Databases and roles as others have set them up."""

from collections.abc import AsyncIterator

import pytest

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.limits import Limits
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.adapters.sql.migrate import migrate, require_current
from solebook.ports.language.errors import Unavailable

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
