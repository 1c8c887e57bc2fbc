"""Visit your account's pages at the payment provider."""

from dataclasses import dataclass

from ....ports.language.errors import PayoutAccountMissing
from ....ports.language.seller_accounts import AccountLink
from ....ports.language.users import Actor
from ....ports.seller_accounts import SellerAccounts
from ....ports.users import PaymentAccounts
from ..patience import Patience


@dataclass(frozen=True, slots=True)
class VisitSellerDashboard:
    """A seller gets a link to the provider's page with their balance and their bank."""

    payment_accounts: PaymentAccounts
    seller_accounts: SellerAccounts
    patience: Patience

    async def __call__(self, actor: Actor) -> AccountLink:
        """Return a link, which can be opened once and soon.

        Raises PayoutAccountMissing, PayoutAccountUnusable, Unavailable.
        """
        account = await self.payment_accounts.payout_account(actor.user_id)
        if account is None:
            raise PayoutAccountMissing
        return await self.patience.wait_for(self.seller_accounts.dashboard(account))
