"""Set your payout account and become a seller."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.known_seller_accounts import KnownSellerAccounts
from ...ports.language.errors import InvalidText
from ...ports.language.events import PayoutAccountChanged
from ...ports.language.seller_accounts import KnownSellerAccount
from ...ports.language.users import Actor, Role, User
from ...ports.outbox import Outbox
from ...ports.seller_accounts import SellerAccounts
from ...ports.transaction import Transaction
from ...ports.users import Users
from .user_texts import check_provider_token


@dataclass(frozen=True, slots=True)
class SetPayoutAccount:
    """A user sets their payout account at the payment provider and becomes a seller.

    The provider must have the account, and it must not be one that was opened for another user. A
    new account replaces the old one, for future payouts and for refused ones. The current access
    token carries the seller role only after it is renewed. The user can place asks at once, because
    an ask requires the account and not the role.
    """

    transaction: Transaction
    users: Users
    known_accounts: KnownSellerAccounts
    seller_accounts: SellerAccounts
    outbox: Outbox
    clock: Clock

    async def __call__(self, actor: Actor, *, account: str) -> User:
        """Return the updated user. Raises InvalidText, Unavailable."""
        account = check_provider_token("account", account)
        state = await self.seller_accounts.find(account)
        if state is None or state.owner_id not in (None, actor.user_id):
            raise InvalidText(field="account", problem="is not known to the payment provider")
        async with self.transaction():
            user = await self.users.get(actor.user_id)
            user = replace(user, payout_account=account, roles=user.roles | {Role.SELLER})
            await self.users.save(user)
            new = KnownSellerAccount(user.id, self.clock.now(), account, state.can_receive)
            known = await self.known_accounts.open_or_lock(new)
            await self.known_accounts.save(
                replace(
                    known,
                    account=account,
                    can_receive=state.can_receive,
                    version=known.version + 1,
                )
            )
            await self.outbox.add(PayoutAccountChanged(user.id, account))
        return user
