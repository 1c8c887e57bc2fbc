"""Known places, in SQL."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from ....ports.known_places import KnownPlaces
from ....ports.language.ids import UserId
from ....ports.language.places import KnownPlace
from ..engine.constructs import insert_or_replace
from ..engine.database import SqlDatabase
from ..engine.payloads import decode, encode
from ..engine.statement import Statement
from ..schema import known_places

_OF = Statement(select(known_places).where(known_places.c.user_id == bindparam("user_id")))
_PUT = Statement(insert_or_replace(known_places, known_places.c.user_id))


class SqlKnownPlaces(KnownPlaces):
    """One row for each user, because the places are few and always read together."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def of(self, user_id: UserId) -> Sequence[KnownPlace]:
        row = await self._database.first(_OF, user_id=user_id)
        return () if row is None else decode(row.places, tuple[KnownPlace, ...])

    async def put(self, user_id: UserId, places: Sequence[KnownPlace]) -> None:
        await self._database.execute(_PUT, user_id=user_id, places=encode(tuple(places)))
