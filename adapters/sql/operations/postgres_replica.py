"""How far a replica in PostgreSQL is behind."""

import asyncio
from collections import deque
from math import inf
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, ColumnElement, String, literal_column, select

from ....ports.language.errors import Unavailable
from ....ports.stopwatch import Stopwatch
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement

_NAME: ColumnElement[Any] = literal_column(
    """(SELECT system_identifier FROM pg_control_system())::text || '/' ||
    (SELECT oid FROM pg_database WHERE datname = current_database())""",
    String,
).label("name")
"""What a database has in common with its replicas, and with no other."""
_STORE = Statement(
    select(
        _NAME,
        literal_column("(pg_current_wal_flush_lsn() - '0/0')::bigint", BigInteger).label("written"),
    )
)
_FOLLOWS = literal_column("pg_is_in_recovery()", Boolean)
_REPLAYED = literal_column("(pg_last_wal_replay_lsn() - '0/0')::bigint", BigInteger)
_HAS_ALL = literal_column(
    """(pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()
    AND EXISTS (SELECT FROM pg_stat_wal_receiver))""",
    Boolean,
)
_SINCE_LATEST = literal_column(
    "(1000 * extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))::bigint",
    BigInteger,
)
_REPLICA = Statement(
    select(
        _NAME,
        _FOLLOWS.label("follows"),
        _REPLAYED.label("replayed"),
        _HAS_ALL.label("has_all"),
        _SINCE_LATEST.label("since_latest"),
    )
)
_MOST = 4_096
"""Looks that are remembered: an hour of them."""
_PATIENCE = 0.5
"""Seconds to wait for the store's answer."""


class _Look(NamedTuple):
    """How much the store had written at an instant of the stopwatch."""

    at: float
    written: int


class PostgresReplica:
    """A server that streams from the store's.

    It cannot know itself how late it is if the stream hangs. So what it has replayed is compared
    with what the store had written at the last looks.
    """

    def __init__(self, replica: SqlDatabase, store: SqlDatabase, stopwatch: Stopwatch) -> None:
        self._replica = replica
        self._store = store
        self._stopwatch = stopwatch
        self._name: str | None = None
        """The store's."""
        self._looks: deque[_Look] = deque(maxlen=_MOST)

    async def lag(self) -> float:
        """Return how many seconds it is behind, or infinity if nobody knows.

        Raises Unavailable, also if it does not follow the store: a server that was promoted, or
        another one.
        """
        written = await self._written()
        [row] = await self._replica.rows(_REPLICA)
        if not row.follows:
            raise _not_used("it does not follow the store: it is no replica, or was promoted")
        if self._name is None:
            raise _not_used("nobody knows whether it follows the store")
        if row.name != self._name:
            raise _not_used("it is the replica of another database than the store")
        if written is None:
            return 0.0 if row.has_all else _seconds(row.since_latest)
        return self._behind(row, written)

    async def _written(self) -> int | None:
        """Look at how much the store has written. Return it, or None if the store is down."""
        at = self._stopwatch.elapsed()
        try:
            async with asyncio.timeout(_PATIENCE):
                [row] = await self._store.rows(_STORE)
        except (TimeoutError, Unavailable):
            return None
        if self._looks and row.written < self._looks[-1].written:
            self._looks.clear()  # it is another primary, which had received less
        self._name = row.name
        self._looks.append(_Look(at, row.written))
        return int(row.written)

    def _behind(self, row: Row, written: int) -> float:
        """Return the seconds since the replica had everything."""
        if row.replayed >= written:
            return 0.0
        looks = self._looks
        while len(looks) > 1 and looks[1].written <= row.replayed:
            looks.popleft()
        now = self._stopwatch.elapsed()
        has_first = looks[0].written <= row.replayed
        most = now - looks[0].at if has_first else inf
        least = now - looks[1 if has_first else 0].at
        # Its clock may differ from the primary's, so it is believed only in between.
        return max(least, min(most, _seconds(row.since_latest)))


def _seconds(milliseconds: int | None) -> float:
    return inf if milliseconds is None else milliseconds / 1_000


def _not_used(why: str) -> Unavailable:
    error = Unavailable(what="the replica")
    error.__cause__ = OSError(why)
    return error
