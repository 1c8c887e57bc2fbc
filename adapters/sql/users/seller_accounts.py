"""What is known of sellers' accounts, in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from ....ports.known_seller_accounts import KnownSellerAccounts
from ....ports.language.ids import UserId
from ....ports.language.seller_accounts import KnownSellerAccount
from ..engine.constructs import insert_or_lock, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement, update_row
from ..schema import seller_accounts
from ..schema.users import ACCOUNT

_FIND = Statement(
    select(seller_accounts).where(seller_accounts.c.user_id == bindparam("user_id")), locks=True
)
_USERS_OF = Statement(
    select(seller_accounts.c.user_id)
    .where(one_of(seller_accounts.c.account_lookup, "accounts"))
    .order_by(seller_accounts.c.user_id)
    .limit(1_000)
)
_OPEN_OR_LOCK = Statement(insert_or_lock(seller_accounts, seller_accounts.c.user_id))
_SAVE = Statement(update_row(seller_accounts))


class SqlKnownSellerAccounts(KnownSellerAccounts):
    """Accounts by user."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def find(self, user_id: UserId) -> KnownSellerAccount | None:
        row = await self._database.first(_FIND, user_id=user_id)
        return None if row is None else _known(row)

    async def users_of(self, account: str) -> Sequence[UserId]:
        rows = await self._database.rows(
            _USERS_OF, accounts=self._database.cipher.lookups(ACCOUNT, account)
        )
        return [UserId(row.user_id) for row in rows]

    async def open_or_lock(self, known: KnownSellerAccount) -> KnownSellerAccount:
        return _known(await self._database.first(_OPEN_OR_LOCK, **self._values(known)))

    async def save(self, known: KnownSellerAccount) -> None:
        saved = await self._database.execute(_SAVE, **self._values(known))
        assert saved, f"the account of user {known.user_id} was never opened"

    def _values(self, known: KnownSellerAccount) -> dict[str, Any]:
        account = known.account
        return {
            "user_id": known.user_id,
            "asked_at": known.asked_at,
            "account": account,
            "can_receive": known.can_receive,
            "version": known.version,
            "account_lookup": (
                None if account is None else self._database.cipher.lookup(ACCOUNT, account)
            ),
        }


def _known(row: Row) -> KnownSellerAccount:
    return KnownSellerAccount(
        user_id=row.user_id,
        asked_at=row.asked_at,
        account=row.account,
        can_receive=row.can_receive,
        version=row.version,
    )
