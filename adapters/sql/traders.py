"""What bidding must know of a user, in SQL."""

from sqlalchemy import bindparam, exists, select

from ...ports.language.errors import NotFound
from ...ports.language.ids import UserId
from ...ports.language.users import TraderStanding
from ...ports.users import Traders
from .database import SqlDatabase
from .schema import addresses, users
from .statement import Statement

_STANDING = Statement(
    select(
        users.c.payment_method.is_not(None).label("has_payment_method"),
        exists().where(addresses.c.user_id == users.c.id).label("has_address"),
        users.c.payout_account.is_not(None).label("has_payout_account"),
        users.c.suspended,
    ).where(users.c.id == bindparam("id"))
)


class SqlTraders(Traders):
    """Reads a trader's standing off the user and the addresses."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def standing(self, user_id: UserId) -> TraderStanding:
        row = await self._database.first(_STANDING, id=user_id)
        if row is None:
            raise NotFound(what="user", id=user_id)
        return TraderStanding(
            has_payment_method=row.has_payment_method,
            has_address=row.has_address,
            has_payout_account=row.has_payout_account,
            suspended=row.suspended,
        )
