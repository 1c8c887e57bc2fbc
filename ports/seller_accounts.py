"""The port to sellers' accounts at the payment provider."""

from datetime import datetime
from typing import Protocol

from .language.ids import UserId
from .language.seller_accounts import AccountLink, SellerAccount


class SellerAccounts(Protocol):
    """Sellers' accounts at the payment provider. Call it outside any transaction.

    Every method raises Unavailable if the provider does not respond in time. The effect is unknown
    then, and repeating the same call resolves it.
    """

    async def open(
        self, *, user_id: UserId, email: str, country: str | None, since: datetime
    ) -> str:
        """Open an account for a user, once, and return its id.

        One that was opened for the user before is returned. `since` is when this was first asked
        for: none is older. The country is ISO 3166-1 alpha-2; None is that of the exchange. Raises
        InvalidText if the provider has no sellers there.
        """
        ...

    async def find(self, account: str) -> SellerAccount | None:
        """Return the current state of an account, or None if the exchange has none of this id."""
        ...

    async def onboarding(self, account: str) -> AccountLink:
        """Return the page on which the seller tells what is required. It can be opened once.

        Raises PayoutAccountUnusable if the account has none.
        """
        ...

    async def dashboard(self, account: str) -> AccountLink:
        """Return the page on which the seller sees their balance and changes their bank.

        Raises PayoutAccountUnusable if the account has none, or has to be completed first.
        """
        ...
