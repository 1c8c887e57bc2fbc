"""Claims of deliveries, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from ....ports.clock import Clock
from ....ports.language.ids import MessageId
from ....ports.language.messages import Claim, Queue
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..operations import postgres_time
from ..schema import deliveries
from .lines import Free, SqlLines

_of_ids = one_of(deliveries.c.id, "ids")
_CLAIM = Statement(
    update(deliveries)
    .where(_of_ids)
    .values(claimed_by=bindparam("holder"), claimed_until=bindparam("until"))
)
_RENEW = Statement(
    update(deliveries)
    .where(_of_ids, deliveries.c.claimed_by == bindparam("holder"))
    .values(claimed_until=bindparam("until"))
)
_HELD = Statement(
    select(deliveries.c.id)
    .where(_of_ids, deliveries.c.claimed_by == bindparam("holder"))
    .order_by(deliveries.c.id),
    locks=True,
)
_RELEASE = Statement(
    update(deliveries)
    .where(
        deliveries.c.queue == bindparam("of"),
        deliveries.c.claimed_by == bindparam("holder"),
        deliveries.c.claimed_until.is_not(None),
    )
    .values(claimed_by=None, claimed_until=None)
)


_LIVES = 10
"""No claim lasts longer than so many lives of another, whatever version has made it."""


class SqlClaims:
    """Who tries which deliveries, and until when, in the rows of the deliveries."""

    def __init__(self, database: SqlDatabase, lines: SqlLines, *, clock: Clock | None) -> None:
        """Use the time of `clock`, or PostgreSQL's."""
        self._database = database
        self._lines = lines
        self._clock = clock

    async def claim(
        self,
        queue: Queue,
        claim: Claim,
        now: datetime,
        limit: int,
        but: Collection[str],
        overdue_since: datetime | None,
    ) -> Sequence[Row]:
        """Claim deliveries and return their rows; see Deliveries."""
        if not await self._lines.first_in(queue, now, 1):
            return []  # so that an empty queue is not written to
        async with self._database.transaction():
            await self._database.lock(f"claims of {queue}")
            at = await self._now()
            free = Free(queue, now, claim.holder, at, at + _LIVES * claim.life, but)
            rows = await self._free(free, limit, overdue_since)
            enough = at + claim.life / 2
            fresh = {
                row.id
                for row in rows
                if row.claimed_by != claim.holder or row.claimed_until < enough
            }
            if fresh:
                await self._database.execute(
                    _CLAIM, ids=fresh, holder=claim.holder, until=at + claim.life
                )
            return rows

    async def _free(self, free: Free, limit: int, overdue_since: datetime | None) -> Sequence[Row]:
        rows = await self._lines.first_free(free, limit)
        if overdue_since is None or not rows:
            return rows
        first = await self._lines.first_free_of_each(free)
        longest = min(first, key=lambda row: row.due_at, default=None)
        if longest is None or longest.due_at > overdue_since:
            return rows
        return [longest, *(row for row in rows if row.id != longest.id)][:limit]

    async def renew(self, ids: Collection[MessageId], claim: Claim) -> None:
        """Renew claims that the holder still has."""
        until = await self._now() + claim.life
        await self._database.execute(_RENEW, ids=ids, holder=claim.holder, until=until)

    async def held(self, ids: Collection[MessageId], holder: str) -> Collection[MessageId]:
        """Return and lock those that the holder still claims."""
        rows = await self._database.rows(_HELD, ids=ids, holder=holder)
        return {row.id for row in rows}

    async def release(self, queue: Queue, holder: str) -> None:
        """End all claims of a holder in a queue."""
        await self._database.execute(_RELEASE, of=queue, holder=holder)

    async def _now(self) -> datetime:
        if self._clock is not None:
            return self._clock.now()
        row = await self._database.first(postgres_time.NOW)
        assert row is not None, "the database tells its time"
        now: datetime = row.now
        return now
