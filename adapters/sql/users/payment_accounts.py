"""Payment methods and payout accounts, in SQL."""

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, select

from ....ports.language.ids import UserId
from ....ports.users import PaymentAccounts
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import users

_TOKENS = Statement(
    select(users.c.id, users.c.payment_method, users.c.payout_account).where(
        users.c.id == bindparam("id")
    )
)
_PAYMENT_METHODS = Statement(
    select(users.c.id, users.c.payment_method).where(
        one_of(users.c.id, "user_ids"),
        users.c.payment_method.is_not(None),
    )
)


class SqlPaymentAccounts(PaymentAccounts):
    """Reads the provider's tokens from the users."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def payment_method(self, user_id: UserId) -> str | None:
        tokens = await self._tokens(user_id)
        return None if tokens is None else tokens.payment_method

    async def payment_methods(self, user_ids: Collection[UserId]) -> Mapping[UserId, str]:
        rows = await self._database.rows(_PAYMENT_METHODS, user_ids=user_ids)
        return {row.id: row.payment_method for row in rows}

    async def payout_account(self, user_id: UserId) -> str | None:
        tokens = await self._tokens(user_id)
        return None if tokens is None else tokens.payout_account

    async def _tokens(self, user_id: UserId) -> Row | None:
        return await self._database.first(_TOKENS, id=user_id)
