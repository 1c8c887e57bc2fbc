"""Which processes run an exchange on a PostgreSQL server. SQLite's lock a folder instead."""

from sqlalchemy import Connection, String, column, func, select, table

_sessions = table("pg_stat_activity", column("datname", String), column("application_name", String))
_RUNNING = (
    select(_sessions.c.application_name)
    .where(
        _sessions.c.datname == func.current_database(),
        _sessions.c.application_name.like("solebook % on %"),
        _sessions.c.application_name.not_like("solebook command on %"),
    )
    .order_by(_sessions.c.application_name)
    .limit(1)
)
"""Every process tells the server its roles and its machine when it connects."""


def running_process(connection: Connection) -> str | None:
    """Return the roles and the machine of a process that runs the exchange, or None."""
    if connection.dialect.name != "postgresql":
        return None
    name: str | None = connection.execute(_RUNNING).scalar()
    return name
