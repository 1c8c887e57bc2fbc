"""The newest addresses of users, in SQL."""

from collections.abc import Collection, Mapping

from sqlalchemy import exists, select

from ....ports.language.ids import UserId
from ....ports.language.users import PostalAddress
from ....ports.users import NewestAddresses
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import addresses
from .addresses import postal_of

_newer = addresses.alias("newer")
_OF = Statement(
    select(
        addresses.c.id,
        addresses.c.user_id,
        addresses.c.street,
        addresses.c.city,
        addresses.c.region,
        addresses.c.postal_code,
        addresses.c.country,
    ).where(
        one_of(addresses.c.user_id, "user_ids"),
        ~exists().where(_newer.c.user_id == addresses.c.user_id, _newer.c.id > addresses.c.id),
    )
)


class SqlNewestAddresses(NewestAddresses):
    """Reads each user's newest address."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def of(self, user_ids: Collection[UserId]) -> Mapping[UserId, PostalAddress]:
        rows = await self._database.rows(_OF, user_ids=user_ids)
        return {row.user_id: postal_of(row) for row in rows}
