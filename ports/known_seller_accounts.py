"""The port to what is known of sellers' accounts at the payment provider."""

from collections.abc import Sequence
from typing import Protocol

from .language.ids import UserId
from .language.seller_accounts import KnownSellerAccount


class KnownSellerAccounts(Protocol):
    """What is known of sellers' accounts, one per user. Writes need a transaction."""

    async def find(self, user_id: UserId) -> KnownSellerAccount | None:
        """Return it, locked until the end of a transaction, or None, and then nothing is locked."""
        ...

    async def users_of(self, account: str) -> Sequence[UserId]:
        """Return the users with this account, without a lock, at most a thousand."""
        ...

    async def open_or_lock(self, known: KnownSellerAccount) -> KnownSellerAccount:
        """Store it if the user has none. Return the user's, locked until the end."""
        ...

    async def save(self, known: KnownSellerAccount) -> None:
        """Replace the user's, which must exist (AssertionError)."""
        ...
