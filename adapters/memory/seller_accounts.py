"""What is known of sellers' accounts, in memory."""

from collections.abc import Sequence
from itertools import islice

from ...ports.known_seller_accounts import KnownSellerAccounts
from ...ports.language.ids import UserId
from ...ports.language.seller_accounts import KnownSellerAccount
from .database import MemoryAdapter

_MOST = 1_000


class MemoryKnownSellerAccounts(MemoryAdapter, KnownSellerAccounts):
    """Accounts by user."""

    async def find(self, user_id: UserId) -> KnownSellerAccount | None:
        with await self._database.reading():
            return self._tables.seller_accounts.get(user_id)

    async def users_of(self, account: str) -> Sequence[UserId]:
        with await self._database.reading():
            known = self._tables.seller_accounts.values()
            return list(islice((each.user_id for each in known if each.account == account), _MOST))

    async def open_or_lock(self, known: KnownSellerAccount) -> KnownSellerAccount:
        await self._database.writing()
        if known.user_id not in self._tables.seller_accounts:
            self._database.put(self._tables.seller_accounts, known.user_id, known)
        return self._tables.seller_accounts[known.user_id]

    async def save(self, known: KnownSellerAccount) -> None:
        await self._database.writing()
        assert known.user_id in self._tables.seller_accounts, known
        self._database.put(self._tables.seller_accounts, known.user_id, known)
