"""The latest instant that is stored, in SQL."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Select, select, union_all

from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import asks, audit_entries, bids, matches, outbox, sign_of_life


def _newest(key: Column[Any], at: Column[datetime]) -> Select[tuple[datetime]]:
    """Return a query for the instant of the row with the highest key, which an index finds."""
    newest = select(at.label("at")).order_by(key.desc()).limit(1).subquery()
    return select(newest.c.at)


_LATEST = Statement(
    union_all(
        _newest(bids.c.id, bids.c.created_at),
        _newest(asks.c.id, asks.c.created_at),
        _newest(matches.c.id, matches.c.matched_at),
        _newest(audit_entries.c.id, audit_entries.c.at),
        _newest(outbox.c.sequence, outbox.c.occurred_at),
    )
)
_SIGN_OF_LIFE = Statement(select(sign_of_life.c.noted_at).where(sign_of_life.c.number == 1))


class SqlStoredInstants:
    """The instants of what is newest by its number: quotes, matches, messages and audit entries.

    Whatever else the exchange did within the last half minute, a sign of life tells of.
    """

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def latest(self, ahead: timedelta) -> datetime | None:
        """Return the latest in real time, which the exchange is `ahead` of. Raises Unavailable."""
        found = [row.at - ahead for row in await self._database.rows(_LATEST)]
        found += [row.noted_at for row in await self._database.rows(_SIGN_OF_LIFE)]
        return max(found, default=None)
