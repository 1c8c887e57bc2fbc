"""How far a replica in PostgreSQL is behind."""

from math import inf

from sqlalchemy import BigInteger, literal_column, select

from ..engine.database import SqlDatabase
from ..engine.statement import Statement

# Without a receiver it hears nothing from the primary, so the last that it knows counts. With one,
# it is late only if it has received more than it has replayed.
_MILLISECONDS = literal_column(
    """CASE
        WHEN NOT pg_is_in_recovery() THEN 0
        WHEN pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()
            AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
        ELSE 1000 * extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
    END::bigint""",
    BigInteger,
)
_LAG = Statement(select(_MILLISECONDS.label("lag")))


class PostgresReplica:
    """A server that streams from the store's."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def lag(self) -> float:
        """Return how many seconds it is behind, or infinity if nobody knows. Raises Unavailable."""
        [row] = await self._database.rows(_LAG)
        return inf if row.lag is None else float(row.lag) / 1_000
