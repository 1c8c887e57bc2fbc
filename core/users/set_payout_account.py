"""Becoming a seller."""

from dataclasses import dataclass, replace

from ...ports.language.events import PayoutAccountChanged
from ...ports.language.users import Actor, Role, User
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction
from ...ports.users import Users
from .user_texts import check_provider_token


@dataclass(frozen=True, slots=True)
class SetPayoutAccount:
    """A user who names an account to be paid to, at the payment provider, becomes a seller.

    A new account replaces the old one, for payouts to come and for those that were refused. The
    access token in the user's hands does not carry the seller role until it is renewed; that
    hinders nobody, because an ask depends on the account itself and not on the role.
    """

    transaction: Transaction
    users: Users
    outbox: Outbox

    async def __call__(self, actor: Actor, *, account: str) -> User:
        """Return the user as changed. Raises InvalidText."""
        account = check_provider_token("account", account)
        async with self.transaction():
            user = await self.users.get(actor.user_id)
            user = replace(user, payout_account=account, roles=user.roles | {Role.SELLER})
            await self.users.save(user)
            await self.outbox.add(PayoutAccountChanged(user.id, account))
        return user
