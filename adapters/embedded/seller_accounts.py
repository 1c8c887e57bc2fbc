"""The embedded provider's accounts of sellers, behind their port."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.language.errors import PayoutAccountUnusable, Unavailable
from ...ports.language.ids import UserId
from ...ports.language.seller_accounts import AccountLink, SellerAccount
from ...ports.seller_accounts import SellerAccounts
from .calls import Request
from .journal import Journal
from .operations import Operation
from .outcomes import Outcome
from .provider import Provider

_PAGES = "/embedded-provider/accounts"
"""Where the exchange shows the page of an account, by its id."""


@dataclass(frozen=True, slots=True)
class EmbeddedSellerAccounts(SellerAccounts):
    """Keeps accounts in the provider's journal, and test accounts that need no journal."""

    journal: Journal
    public_url: str = "http://127.0.0.1:8000"
    """The URL of the exchange, which shows the pages."""

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
        return self._page(account)

    async def dashboard(self, account: str) -> AccountLink:
        await self._require_own(account)
        return self._page(account)

    async def _require_own(self, account: str) -> None:
        def is_own(provider: Provider) -> bool:
            return provider.accounts.is_own(account)

        if not await self.journal.consult(is_own):
            raise PayoutAccountUnusable(reason="it is a test account, which has no pages")

    def _page(self, account: str) -> AccountLink:
        return AccountLink(f"{self.public_url.rstrip('/')}{_PAGES}/{account}")
