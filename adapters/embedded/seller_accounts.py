"""The embedded provider's accounts of sellers, behind their port."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.language.errors import PayoutAccountUnusable, Unavailable
from ...ports.language.ids import UserId
from ...ports.language.seller_accounts import AccountLink, SellerAccount
from ...ports.seller_accounts import SellerAccounts
from .journal import Journal
from .operations import Operation
from .outcomes import Outcome
from .provider import Provider, Request

_PAGES = "https://payments.invalid"
"""Where pages would be. There are none: `solebook provider complete-account` does their work."""


@dataclass(frozen=True, slots=True)
class EmbeddedSellerAccounts(SellerAccounts):
    """Keeps accounts in the provider's journal, and test accounts that need no journal."""

    journal: Journal

    async def open(
        self,
        *,
        user_id: UserId,
        email: str,  # nobody is written to
        country: str | None,  # it has sellers everywhere
        since: datetime,  # the journal keeps keys for ever
    ) -> str:
        request = Request(f"{user_id}:account", Operation.ACCOUNT_OPENING, str(user_id), 0)
        call = await self.journal.consult(lambda provider: provider.settle(request))
        if call.outcome is not Outcome.DONE:
            raise Unavailable(what="the payment provider")
        return f"acct_{call.id[:16]}"

    async def find(self, account: str) -> SellerAccount | None:
        return await self.journal.consult(lambda provider: provider.accounts.find(account))

    async def onboarding(self, account: str) -> AccountLink:
        await self._require_own(account)
        return AccountLink(f"{_PAGES}/onboarding/{account}")

    async def dashboard(self, account: str) -> AccountLink:
        await self._require_own(account)
        return AccountLink(f"{_PAGES}/dashboard/{account}")

    async def _require_own(self, account: str) -> None:
        def is_own(provider: Provider) -> bool:
            return provider.accounts.is_own(account)

        if not await self.journal.consult(is_own):
            raise PayoutAccountUnusable(reason="it is a test account, which has no pages")
