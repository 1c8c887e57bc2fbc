"""New connections to PostgreSQL: their settings, and why there is none."""

import asyncio
import socket
import ssl
from collections.abc import Mapping

import asyncpg  # type: ignore[import-untyped]  # it has no annotations

from ....ports.language.errors import Unavailable
from .errors import STORE
from .limits import Limits
from .postgres_url import hosts_of

DRIVER_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
    asyncio.IncompleteReadError,
)
"""What asyncpg raises."""

_PREPARED_STATEMENTS = 512
_PLANNED_AGAIN = 60
"""Seconds after which a statement is planned again, for its tables may have grown meanwhile."""
_LONGEST_NAME = 63
"""PostgreSQL would cut off what is longer, and complain."""
_KEEPALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3}
"""A peer that is gone is noticed after 11 seconds, on both sides, also on an idle connection."""
_ENCODING = "UTF8"
_NAME = "application_name"
_SAMPLE = "idle_in_transaction_session_timeout"
_REFUSAL = "unsupported startup parameter"
"""What PgBouncer says of a setting that it does not pass on."""
POOLED = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)
"""What becomes of a statement that was prepared elsewhere."""
ADVICE = (
    "between solebook and PostgreSQL is a pooler in transaction mode: connect directly, or through"
    " one in session mode"
)


async def connected(source: str, limits: Limits, name: str) -> asyncpg.Connection:
    """Connect; `name` tells the server who it is.

    Raises Unavailable, and ValueError for an invalid URL or a database that cannot be used.
    """
    try:
        connection = await _set_up(source, limits, _settings(limits, name))
    except asyncpg.ClientConfigurationError as error:
        what, *_ = str(error).splitlines()  # a hint follows
        option = "sslrootcert: " if what.startswith("root certificate") else ""
        raise ValueError(f"{option}{what}") from error
    except DRIVER_ERRORS as error:
        raise Unavailable(what=STORE) from _explained(error, source, limits)
    _keep_alive(connection._transport.get_extra_info("socket"))
    _require_encoding(connection)
    return connection


def _settings(limits: Limits, name: str) -> Mapping[str, str]:
    """Return what is set for a connection, whatever the role's and the database's own settings."""
    milliseconds = {
        "statement_timeout": limits.statement,
        "idle_in_transaction_session_timeout": limits.left_alone,
        # A server process that waits for a lock notices that its client is gone.
        "client_connection_check_interval": limits.left_alone,
        "lock_timeout": 0.0,  # the statement's own timeout counts
        "idle_session_timeout": 0.0,  # the pool keeps connections
    }
    return {
        _NAME: name[:_LONGEST_NAME],
        "default_transaction_isolation": "read committed",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "jit": "off",  # it would compile short queries longer than they run
        "tcp_keepalives_idle": str(_KEEPALIVE["TCP_KEEPIDLE"]),
        "tcp_keepalives_interval": str(_KEEPALIVE["TCP_KEEPINTVL"]),
        "tcp_keepalives_count": str(_KEEPALIVE["TCP_KEEPCNT"]),
        **{name: str(int(seconds * 1_000)) for name, seconds in milliseconds.items()},
    }


async def _set_up(source: str, limits: Limits, settings: Mapping[str, str]) -> asyncpg.Connection:
    """Return a connection with these settings, also through a pooler that does not pass them on."""
    try:
        connection = await _connect(source, limits, settings)
    except asyncpg.ProtocolViolationError as error:
        if _REFUSAL not in str(error):
            raise
        connection = await _connect(source, limits, {_NAME: settings[_NAME]})
    try:
        # One stands for all.
        is_set = f"SELECT WHERE current_setting('{_SAMPLE}')::interval = '{settings[_SAMPLE]} ms'"
        if await connection.execute(is_set, timeout=limits.connecting) == "SELECT 0":
            sets = (f"SET {name} = '{value}'" for name, value in settings.items() if name != _NAME)
            await connection.execute("; ".join(sets), timeout=limits.connecting)
            await _require_session(connection, source, limits)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _require_session(connection: asyncpg.Connection, source: str, limits: Limits) -> None:
    """Raise ValueError if the connection leads to another process of the server each time."""
    own = "SELECT pg_backend_pid()"
    other = await _connect(source, limits, {})
    try:
        before = await connection.fetchval(own)
        await other.execute("BEGIN")
        others = await other.fetchval(own)
        is_its_own = before != others and before == await connection.fetchval(own)
    except POOLED:
        is_its_own = False
    finally:
        other.terminate()
    if not is_its_own:
        raise ValueError(ADVICE)


async def _connect(source: str, limits: Limits, settings: Mapping[str, str]) -> asyncpg.Connection:
    return await asyncpg.connect(
        source,
        timeout=limits.connecting,
        command_timeout=limits.statement + limits.grace,
        statement_cache_size=_PREPARED_STATEMENTS,
        max_cached_statement_lifetime=_PLANNED_AGAIN,
        max_cacheable_statement_size=0,
        server_settings=dict(settings),
    )


def _keep_alive(connection: socket.socket) -> None:
    if connection.family != getattr(socket, "AF_UNIX", None):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE.items():
            if hasattr(socket, option):  # each system has its own
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _require_encoding(connection: asyncpg.Connection) -> None:
    """Raise ValueError if there are texts that the database cannot keep, or does not understand."""
    encoding = connection.get_settings().server_encoding
    if encoding != _ENCODING:
        connection.terminate()
        raise ValueError(
            f"the database has the encoding {encoding}, and names need UTF8: create it with"
            " ENCODING 'UTF8' TEMPLATE template0"
        )


# ---- why there is no connection ------------------------------------------------------------------

_OTHER_HOST = (62, 64)
"""OpenSSL's codes for a certificate of another host, by name and by address."""
_WRONG_URLS = ("28P01", "3D000", "42704")
"""States of a wrong password, database or option."""


def _explained(error: Exception, source: str, limits: Limits) -> Exception:
    """Return why there is no connection. The text has no secret."""
    if isinstance(error, ssl.SSLCertVerificationError):
        found = error.verify_message.rstrip(".")
        if error.verify_code in _OTHER_HOST:
            why = f"the certificate of PostgreSQL is another host's: {found}"
        else:
            why = f"sslrootcert cannot verify the certificate of PostgreSQL: {found}"
    elif "rejected SSL upgrade" in str(error):
        why = "PostgreSQL offers no TLS, and sslmode demands it"
    elif isinstance(error, TimeoutError) and not str(error):
        why = f"PostgreSQL did not answer within {limits.connecting:g} s"
    elif isinstance(error, socket.gaierror):
        why = f"no address is known for the host {hosts_of(source)}; check the URL"
    elif isinstance(error, ConnectionRefusedError):
        why = f"nothing listens at {hosts_of(source)}; check the URL, or start PostgreSQL"
    elif isinstance(error, asyncpg.PostgresError) and error.sqlstate in _WRONG_URLS:
        why = f"{error}; check the URL"
    else:
        return error
    reason = ConnectionError(why)
    reason.__cause__ = error
    return reason
