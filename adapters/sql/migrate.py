"""Brings a database to this version of the schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from ...ports.language.errors import Unavailable
from .engine.drivers import backend_of, file_of, migrating
from .engine.errors import STORE
from .engine.migrating import Migrating
from .running_processes import running_process

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported where a database has another schema than the code, or none: most processes
# start on one that has the same, and would wait for it.

_MIGRATIONS = Path(__file__).parent / "migrations"


class WrongSchema(ValueError):
    """The database has another version of the schema than the code; the text says what to do."""


async def migrate(url: str, *, empty: bool = False) -> None:
    """Upgrade a database, which may be empty, in one transaction; one that is current stays as is.

    Raises WrongSchema if it is newer than the code, if it has to be `empty` and is not, or if it
    would be changed while processes of another version run on it; ValueError, Unavailable.
    """
    async with connected(url) as connection:
        if empty:
            await connection.run_sync(_require_empty)
        # On PostgreSQL also a database that is current has its sorting looked after (env.py).
        is_file = backend_of(url) == "sqlite"
        if is_file and not await connection.run_sync(_is_current):
            await connection.run_sync(_require_own)
            await connection.run_sync(_upgrade)
        elif not is_file:
            await connection.run_sync(_upgrade)


async def require_empty(url: str) -> None:
    """Raise WrongSchema unless the database has no tables. Raises ValueError, Unavailable."""
    async with connected(url, only_reads=True) as connection:
        await connection.run_sync(_require_empty)


async def require_current(url: str) -> None:
    """Raise WrongSchema unless the database has exactly this version of the schema."""
    async with connected(url, only_reads=True) as connection:
        await connection.run_sync(_require_current)


@asynccontextmanager
async def kept_stopped(url: str) -> AsyncIterator[None]:
    """Let no process start on a database in PostgreSQL until the block is left.

    Those that try wait. Raises WrongSchema if one is running, Unavailable.
    """
    if backend_of(url) != "postgresql":
        yield  # a file's folder is locked
        return
    async with connected(url) as connection:
        await connection.run_sync(require_stopped)
        yield


@asynccontextmanager
async def connected(url: str, *, only_reads: bool = False) -> AsyncIterator[Migrating]:
    """Yield a connection in a transaction that keeps all other writers out. Raises Unavailable.

    One that `only_reads` need not wait for those who write a file.
    """
    file = file_of(url)
    where = "" if file is None else f"{file}: "
    try:
        async with migrating(url, only_reads=only_reads) as connection:
            yield connection
    except DBAPIError as error:
        raise Unavailable(what=STORE) from _in_one_line(error, where)
    except Unavailable as error:
        if where and error.__cause__ is not None:
            error.__cause__ = OSError(f"{where}{error.__cause__}")
        raise


def _in_one_line(error: DBAPIError, where: str = "") -> Exception:
    """Return what the database says, without the statement that it says it of."""
    said = error.orig and (error.orig.__cause__ or error.orig)
    what, *_ = str(said or error).splitlines() or [type(said).__name__]
    reason = OSError(f"{where}{what}")
    reason.__cause__ = error
    return reason


def trouble_of_schema(revision: str | None) -> str | None:
    """Return what is wrong with a database of this revision of the schema, and what to do."""
    newest = _newest_number()
    if revision == newest:
        return None
    if revision is None:
        return "the database has no exchange yet: run `solebook migrate`"
    known = (_MIGRATIONS / "versions").glob("*.py"), (_MIGRATIONS / "before").glob("*.py")
    if revision not in {path.name[:4] for paths in known for path in paths}:
        return (
            f"the database is newer than this version of solebook, which knows its schema only up"
            f" to {newest} and not {revision}: install the newer version"
        )
    return (
        f"the database is older than this version of solebook ({revision}, not {newest}): run "
        "`solebook migrate`"
    )


def configuration(connection: Connection) -> "Config":
    """Return Alembic's configuration for a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def configuration_before(connection: Connection) -> "Config":
    """Return Alembic's configuration for a SQLite file that is older than the baseline.

    The last of those revisions has the baseline's number: a file that is there is at the baseline.
    """
    config = configuration(connection)
    config.set_main_option("version_locations", str(_MIGRATIONS / "before").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = configuration(connection)
    revision = _known_revision(connection)
    if revision is not None and revision not in _revisions(config):
        command.upgrade(configuration_before(connection), "head")
    elif revision is not None and revision != _newest(config):
        require_stopped(connection)
    command.upgrade(config, "head")


def require_stopped(connection: Connection) -> None:
    """Raise WrongSchema if a process runs the exchange on a PostgreSQL server."""
    running = running_process(connection)
    if running is not None:
        raise WrongSchema(f"an exchange is running on the database: {running}; stop it first")


def _require_empty(connection: Connection) -> None:
    if inspect(connection).get_table_names():
        raise WrongSchema("the database is in use already: give an empty one")


def _require_own(connection: Connection) -> None:
    others = inspect(connection).get_table_names()
    if others and "alembic_version" not in others:
        raise WrongSchema(
            f"{connection.engine.url.database}: "
            f"it has tables of another program, such as {others[0]}"
        )


def _require_current(connection: Connection) -> None:
    if _is_current(connection):
        return
    revision = _known_revision(connection)
    if revision is None:
        raise WrongSchema("the database has no exchange yet: run `solebook migrate`")
    if revision != _newest(configuration(connection)):
        raise WrongSchema(
            "the database is older than this version of solebook: run `solebook migrate`"
        )


def _is_current(connection: Connection) -> bool:
    """Whether a database has the newest revision. Its file's name begins with its number."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    revisions = list(connection.scalars(text("SELECT version_num FROM alembic_version")))
    return revisions == [_newest_number()]


def _newest_number() -> str:
    return max(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _known_revision(connection: Connection) -> str | None:
    """Return the database's revision, if it has one. Raises WrongSchema if the code has it not."""
    from alembic.migration import MigrationContext

    revision = MigrationContext.configure(connection).get_current_revision()
    config, before = configuration(connection), configuration_before(connection)
    if revision is not None and revision not in _revisions(config) | _revisions(before):
        raise WrongSchema(
            f"the database is newer than this version of solebook, which knows its schema only up"
            f" to {_newest(config)} and not {revision}: install the newer version"
        )
    return revision


def _revisions(config: "Config") -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def _newest(config: "Config") -> str | None:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config).get_current_head()
