"""Brings a database to this version of the schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ...ports.language.errors import Unavailable
from .engine.errors import STORE
from .engine.sqlite import migration_engine

_MIGRATIONS = Path(__file__).parent / "migrations"


class WrongSchema(ValueError):
    """The database has another version of the schema than the code; the text says what to do."""


async def migrate(url: str) -> None:
    """Upgrade a database, which may be empty, in one transaction; one that is current stays as is.

    Raises WrongSchema if it is newer than the code, ValueError, Unavailable.
    """
    async with connected(url) as connection:
        await connection.run_sync(_upgrade)


async def require_current(url: str) -> None:
    """Raise WrongSchema unless the database has exactly this version of the schema."""
    async with connected(url) as connection:
        await connection.run_sync(_require_current)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    """Yield a connection in a transaction that keeps all other writers out. Raises Unavailable."""
    engine = migration_engine(url)
    try:
        async with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise Unavailable(what=STORE) from error
    finally:
        await engine.dispose()


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for a connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    config = configuration(connection)
    _require_known(connection, ScriptDirectory.from_config(config))
    command.upgrade(config, "head")


def _require_current(connection: Connection) -> None:
    script = ScriptDirectory.from_config(configuration(connection))
    if _require_known(connection, script) != script.get_current_head():
        raise WrongSchema(
            "the database is older than this version of solebook: run `solebook migrate`"
        )


def _require_known(connection: Connection, script: ScriptDirectory) -> str | None:
    """Return the database's revision, if it has one. Raises WrongSchema if the code has it not."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {r.revision for r in script.walk_revisions()}:
        raise WrongSchema(
            f"the database is newer than this version of solebook, which knows its schema only up"
            f" to {script.get_current_head()} and not {revision}: install the newer version"
        )
    return revision
