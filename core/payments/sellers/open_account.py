"""Open an account for a seller at the payment provider."""

from dataclasses import dataclass, replace

from ....ports.clock import Clock
from ....ports.known_seller_accounts import KnownSellerAccounts
from ....ports.language.errors import EmailNotProven
from ....ports.language.seller_accounts import AccountLink, KnownSellerAccount
from ....ports.language.users import Actor, Role, User
from ....ports.seller_accounts import SellerAccounts
from ....ports.transaction import Transaction
from ....ports.users import Users, open_user
from ..patience import Patience


@dataclass(frozen=True, slots=True)
class OpenSellerAccount:
    """A user gets an account at the provider, and a link to the page that completes it.

    The account is opened once per user: that it will be is stored before the provider is asked, and
    a repetition gets the same one. The user is a seller at once and can place asks. What they sell
    is owed to them until the account is complete.
    """

    transaction: Transaction
    users: Users
    known_accounts: KnownSellerAccounts
    seller_accounts: SellerAccounts
    clock: Clock
    patience: Patience

    async def __call__(self, actor: Actor, *, country: str | None = None) -> AccountLink:
        """Return a link, which can be opened once and soon.

        Raises EmailNotProven, AccountClosed, PayoutAccountUnusable if the account that the user has
        set has no such page, InvalidText if the provider has no sellers in the country, and
        Unavailable, after which repeat.
        """
        async with self.transaction():
            user = await open_user(self.users, actor.user_id)
            if not user.email_proven:
                raise EmailNotProven  # who has the email may get the account, but not this one's
            new = KnownSellerAccount(user.id, self.clock.now(), user.payout_account)
            known = await self.known_accounts.open_or_lock(new)
        account = user.payout_account
        if account is None:
            account = await self._open(user, known, country)
        return await self.patience.wait_for(self.seller_accounts.onboarding(account))

    async def _open(self, user: User, known: KnownSellerAccount, country: str | None) -> str:
        opened = await self.patience.wait_for(
            self.seller_accounts.open(
                user_id=user.id, email=user.email, country=country, since=known.asked_at
            )
        )
        async with self.transaction():
            user = await open_user(self.users, user.id)
            if user.payout_account is not None:  # set meanwhile, by this or another request
                return user.payout_account
            roles = user.roles | {Role.SELLER}
            await self.users.save(replace(user, payout_account=opened, roles=roles))
            known = await self.known_accounts.open_or_lock(known)
            version = known.version + 1
            await self.known_accounts.save(
                replace(known, account=opened, can_receive=False, version=version)
            )
        return opened
