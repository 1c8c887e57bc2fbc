"""View your account at the payment provider."""

from dataclasses import dataclass

from ....ports.language.errors import PayoutAccountMissing
from ....ports.language.seller_accounts import SellerAccount
from ....ports.language.users import Actor
from ....ports.users import PaymentAccounts
from .follow_account import FollowSellerAccount


@dataclass(frozen=True, slots=True)
class ViewSellerAccount:
    """A seller views what the provider says of their account now, and what it requires."""

    payment_accounts: PaymentAccounts
    follow_account: FollowSellerAccount

    async def __call__(self, actor: Actor) -> SellerAccount:
        """Return the state. Raises PayoutAccountMissing, Unavailable."""
        account = await self.payment_accounts.payout_account(actor.user_id)
        if account is None:
            raise PayoutAccountMissing
        return await self.follow_account.of(actor.user_id, account)
