"""Challenges, in SQL."""

from sqlalchemy import bindparam, select

from ....ports.challenges import Challenges
from ....ports.language.challenges import Challenge, ChallengeKind
from ....ports.language.ids import UserId
from ..engine.constructs import insert_or_replace
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import challenges

_GET = Statement(
    select(challenges).where(
        challenges.c.user_id == bindparam("user_id"), challenges.c.kind == bindparam("kind")
    )
)
_FIND = Statement(select(challenges).where(challenges.c.secret_hash == bindparam("secret_hash")))
_PUT = Statement(insert_or_replace(challenges, challenges.c.user_id, challenges.c.kind))


class SqlChallenges(Challenges):
    """Challenges, one row for each user and kind, so that there are never many."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def get(self, user_id: UserId, kind: ChallengeKind) -> Challenge | None:
        row = await self._database.first(_GET, user_id=user_id, kind=kind)
        return None if row is None else _challenge(row)

    async def find(self, secret_hash: str) -> Challenge | None:
        row = await self._database.first(_FIND, secret_hash=secret_hash)
        return None if row is None else _challenge(row)

    async def put(self, challenge: Challenge) -> None:
        await self._database.execute(
            _PUT,
            user_id=challenge.user_id,
            kind=challenge.kind,
            address=challenge.address,
            asked_at=challenge.asked_at,
            since=challenge.since,
            asked=challenge.asked,
            secret_hash=challenge.secret_hash,
            expires_at=challenge.expires_at,
            failures=challenge.failures,
            met=challenge.met,
        )


def _challenge(row: Row) -> Challenge:
    return Challenge(
        user_id=row.user_id,
        kind=ChallengeKind(row.kind),
        address=row.address,
        asked_at=row.asked_at,
        since=row.since,
        asked=row.asked,
        secret_hash=row.secret_hash,
        expires_at=row.expires_at,
        failures=row.failures,
        met=row.met,
    )
