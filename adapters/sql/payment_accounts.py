"""What payments must know of a user, in SQL."""

from sqlalchemy import bindparam, select

from ...ports.language.ids import UserId
from ...ports.users import PaymentAccounts
from .database import SqlDatabase
from .schema import users
from .statement import Row, Statement

_TOKENS = Statement(
    select(users.c.payment_method, users.c.payout_account).where(users.c.id == bindparam("id"))
)


class SqlPaymentAccounts(PaymentAccounts):
    """Reads the provider's tokens off the user."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def payment_method(self, user_id: UserId) -> str | None:
        tokens = await self._tokens(user_id)
        return None if tokens is None else tokens.payment_method

    async def payout_account(self, user_id: UserId) -> str | None:
        tokens = await self._tokens(user_id)
        return None if tokens is None else tokens.payout_account

    async def _tokens(self, user_id: UserId) -> Row | None:
        return await self._database.first(_TOKENS, id=user_id)
