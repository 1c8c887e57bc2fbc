"""Which processes run an exchange on a PostgreSQL server. SQLite's lock a folder instead."""

from hashlib import sha256

from sqlalchemy import Connection, String, bindparam, column, func, select, table

from ...ports.cipher import Cipher
from .engine.database import SqlDatabase
from .engine.statement import Statement

_sessions = table("pg_stat_activity", column("datname", String), column("application_name", String))
_name = _sessions.c.application_name
_RUNNING = (
    select(_name)
    .where(
        _sessions.c.datname == func.current_database(),
        _name.like("solebook % on %"),
        _name.not_like("solebook command on %"),
    )
    .distinct()
    .order_by(_name)
)
"""Every process tells the server its roles and its machine as it connects, in any version."""
_UNDER_ANOTHER_KEY = Statement(
    _RUNNING.where(_name.like("% #%"), _name.not_like(bindparam("marked")))
)
"""Connections that seal nothing, such as those for leases, have no mark."""


def marked(who: str, cipher: Cipher) -> str:
    """Return what a server is told about who is connected, with a mark of the key that seals."""
    return f"{who} {_mark(cipher)}"


def _mark(cipher: Cipher) -> str:
    """Return nine characters that fit beside the rest into the 63 that PostgreSQL keeps."""
    return f"#{sha256((cipher.current or '').encode()).hexdigest()[:8]}"


def _unmarked(name: str) -> str:
    return name.partition(" #")[0]


def running_process(connection: Connection) -> str | None:
    """Return the roles and the machine of a process that runs the exchange, or None."""
    if connection.dialect.name != "postgresql":
        return None
    name: str | None = connection.execute(_RUNNING.limit(1)).scalar()
    return None if name is None else _unmarked(name)


async def processes_under_another_key(database: SqlDatabase) -> tuple[str, ...]:
    """Return the processes that seal under another key than this database's cipher, or not at all.

    On SQLite there are none: its single process cannot be asked.
    """
    if database.dialect.name != "postgresql":
        return ()
    rows = await database.rows(_UNDER_ANOTHER_KEY, marked=f"% {_mark(database.cipher)}")
    return tuple(dict.fromkeys(_unmarked(row.application_name) for row in rows))
