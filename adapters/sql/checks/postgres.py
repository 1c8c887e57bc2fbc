"""What a diagnosis tries of a store in PostgreSQL."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import msgspec

from ....ports.clock import Clock
from ....ports.language.errors import Unavailable
from ....ports.language.hosts import is_near
from ....ports.language.rules import MarketRules
from ....ports.language.text import counted
from ....ports.language.trials import Failed, Trial, Trials
from ....ports.service_check import ServiceCheck
from ...system.network_errors import causes, why_unreached
from ..engine.limits import Limits
from ..engine.payloads import decode
from ..engine.postgres_connecting import connected
from ..engine.postgres_url import data_source, hosts_of
from ..migrate import trouble_of_schema

Differences: TypeAlias = Callable[[MarketRules], Mapping[str, tuple[object, object]]]
"""Returns the rules in which those that are stored differ from this process's, by name."""

OLDEST = 14
"""The oldest version that solebook runs on."""
_MOST_APART = 1.0
"""Seconds by which the clocks may differ. A process that is further off owns nothing."""
_INSERTS_ONLY = ("alembic_version", "audit_entries")
"""Tables in which nothing is changed or deleted."""
_TLS = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
_WRITES = """\
SELECT pg_is_in_recovery() AS follows, current_setting('transaction_read_only') = 'on' AS reads_only
"""
_LACKS = """\
SELECT c.relname AS name, array_agg(lacks ORDER BY lacks) AS lacks
FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS lacks
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
    AND NOT has_table_privilege(c.oid, lacks)
    AND NOT (c.relname = ANY ($1) AND lacks IN ('UPDATE', 'DELETE'))
GROUP BY c.relname ORDER BY c.relname"""
_MAY_CREATE = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
_HAS_SCHEMA = "SELECT to_regclass('alembic_version') IS NOT NULL"
_REVISION = "SELECT version_num FROM alembic_version"
_RULES = "SELECT rules::text FROM rules_in_force WHERE number = 1"
_CONNECTIONS = """\
SELECT least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0),
    (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
    (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())
) AS allowed,
(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
    AND application_name NOT LIKE 'solebook %') AS others"""
_OF_URL = {
    "28P01": "correct the user and the password in store.url",
    "28000": "correct the user in store.url, or allow it in pg_hba.conf",
    "3D000": "create the database, or correct its name in store.url",
    "53300": "raise max_connections of PostgreSQL, or start fewer processes",
}
"""What to do, by the state that PostgreSQL gives as a reason."""


class PostgresCheck(ServiceCheck):
    """Tries the store's server, with one connection."""

    service = "store"

    def __init__(
        self, url: str, limits: Limits, clock: Clock, *, differences: Differences, connections: int
    ) -> None:
        """`connections` is how many one process opens at most."""
        self._url = url
        self._limits = limits
        self._clock = clock
        self._differences = differences
        self._needed = connections

    def explain(self, error: Exception) -> Failed:
        return explained(error)

    async def __call__(self, trials: Trials) -> None:
        advice = "start PostgreSQL, or correct store.url"
        async with connecting(trials, self._url, self._limits, advice) as connection:
            with trials.trying("TLS", "set sslmode to verify-full in store.url") as trial:
                await look_at_tls(connection, self._url, trial)
            with trials.trying("writing", "name the primary in store.url", is_needed=False) as t:
                await _look_at_writing(connection, t)
            await self._look_at_clock(connection, trials)
            await self._look_at_schema(connection, trials)
            await self._look_at_connections(connection, trials)

    async def _look_at_clock(self, connection: Any, trials: Trials) -> None:
        advice = "synchronise the clocks of both machines (NTP)"
        with trials.trying("clock", advice, is_needed=False) as trial:
            before = self._clock.now()
            theirs = await connection.fetchval("SELECT clock_timestamp()")
            after = self._clock.now()
            # The server looked at its clock at some instant in between.
            ahead, behind = (theirs - after).total_seconds(), (before - theirs).total_seconds()
            apart = max(ahead, behind, 0.0)
            trial.found = f"differs by less than {max(0.001, apart):.3f} s"
            if apart > _MOST_APART:
                how = "ahead of" if ahead > behind else "behind"
                trial.fail(f"PostgreSQL's is {apart:.1f} s {how} this machine's")

    async def _look_at_schema(self, connection: Any, trials: Trials) -> None:
        with trials.trying("schema", "run `solebook migrate`") as trial:
            is_there = await connection.fetchval(_HAS_SCHEMA)
            revision = await connection.fetchval(_REVISION) if is_there else None
            if trouble := trouble_of_schema(revision):
                raise Failed(*trouble.split(": ", 1))
            trial.found = f"revision {revision}, the newest"
        with trials.trying("rights", "grant them, or use the owner", is_needed=False) as trial:
            await _look_at_rights(connection, trial)
        advice = "use the same market settings, or run `solebook admin apply-rules`"
        with trials.trying("rules", advice, is_needed=False) as trial:
            await self._look_at_rules(connection, trial)

    async def _look_at_rules(self, connection: Any, trial: Trial) -> None:
        text = await connection.fetchval(_RULES)
        if text is None:
            trial.found = "none are stored; the first process stores these"
            return
        try:
            differences = self._differences(decode(text, MarketRules))
        except msgspec.ValidationError:
            trial.warn("those that are stored are of an older version")
            return
        trial.found = "the same as the exchange runs with"
        if differences:
            pairs = (f"{name} is {a} there, {b} here" for name, (a, b) in differences.items())
            trial.fail("; ".join(pairs))

    async def _look_at_connections(self, connection: Any, trials: Trials) -> None:
        advice = "raise max_connections of PostgreSQL, or lower store.connections"
        with trials.trying("connections", advice, is_needed=False) as trial:
            row = await connection.fetchrow(_CONNECTIONS)
            left = row["allowed"] - row["others"]
            fits = max(0, left // self._needed)
            of_one = f"a process opens up to {self._needed}"
            trial.found = f"{left} for solebook, and {of_one}: room for {fits}"
            if not fits:
                trial.fail(f"{left} for solebook, and {of_one}")
            elif fits == 1:
                trial.warn(f"{left} for solebook, and {of_one}, so a second process may find none")


@asynccontextmanager
async def connecting(trials: Trials, url: str, limits: Limits, advice: str) -> AsyncIterator[Any]:
    """Connect, and close the connection at the end. Raises CannotGoOn."""
    connection: Any = None
    try:
        with trials.trying("reach", advice) as trial:
            connection = await connected(data_source(url), limits, "solebook check")
            version = connection.get_server_version()
            trial.found = f"PostgreSQL {version.major}.{version.micro}"  # so since 10
            if version.major < OLDEST:
                trial.fail(trial.found, f"use PostgreSQL {OLDEST} or newer")
        yield connection
    finally:
        if connection is not None:
            connection.terminate()


async def look_at_tls(connection: Any, url: str, trial: Trial) -> None:
    """Say whether what crosses a network is encrypted, and the server verified."""
    row = await connection.fetchrow(_TLS)
    if row["ssl"]:
        trial.found = str(row["version"])
        if "sslmode=verify-" not in url and not _is_near(url):
            trial.warn(f"{row['version']}, but the server's certificate is not verified")
    elif _is_near(url):
        trial.found = "none, on this machine or its private network"
    else:
        trial.fail("none, so passwords and data cross the network in the clear")


def _is_near(url: str) -> bool:
    places = hosts_of(data_source(url)).split(",")
    hosts = (_PORT.sub("", place).strip("[]") for place in places)
    return all(host.startswith(("/", "the local socket")) or is_near(host) for host in hosts)


_PORT = re.compile(r":\d+$")


async def _look_at_writing(connection: Any, trial: Trial) -> None:
    row = await connection.fetchrow(_WRITES)
    trial.found = "may write"
    if row["follows"]:
        trial.fail("this server is a replica, which takes no writes")
    elif row["reads_only"]:
        trial.fail(
            "transactions are read-only", "turn default_transaction_read_only off for this user"
        )


async def _look_at_rights(connection: Any, trial: Trial) -> None:
    lacks = await connection.fetch(_LACKS, list(_INSERTS_ONLY))
    if lacks:
        first = lacks[0]
        rights, others = ", ".join(first["lacks"]), len(lacks) - 1
        more = f", and some on {counted(others, 'more table')}" if others else ""
        trial.fail(f"the user lacks {rights} on {first['name']}{more}")
    elif not await connection.fetchval(_MAY_CREATE):
        trial.warn(
            "may read and write all tables, and create none",
            "run `solebook migrate` as the owner of the database",
        )
    else:
        trial.found = "all that it needs, migrations included"


def explained(error: Exception) -> Failed:
    """Return what an error of the driver says."""
    for cause in causes(error):
        if isinstance(cause, asyncpg.PostgresError):
            return Failed(str(cause).splitlines()[0], _OF_URL.get(cause.sqlstate, ""))
    if isinstance(error, ValueError):
        return Failed(str(error), "correct store.url")
    told = error.__cause__ if isinstance(error, Unavailable) else None
    unreached = why_unreached(error, "PostgreSQL")
    if isinstance(told, ConnectionError) and str(told):
        text, _, advice = str(told).partition("; ")
        return Failed(text, unreached.advice if unreached else advice)
    return unreached or Failed(str(told or error) or type(error).__name__)
