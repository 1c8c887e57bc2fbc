"""Set your payout account and become a seller."""

from dataclasses import dataclass, replace

from ...ports.language.events import PayoutAccountChanged
from ...ports.language.users import Actor, Role, User
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction
from ...ports.users import Users
from .user_texts import check_provider_token


@dataclass(frozen=True, slots=True)
class SetPayoutAccount:
    """A user sets their payout account at the payment provider and becomes a seller.

    A new account replaces the old one, for future payouts and for refused ones. The current access
    token carries the seller role only after it is renewed. The user can place asks at once, because
    an ask requires the account and not the role.
    """

    transaction: Transaction
    users: Users
    outbox: Outbox

    async def __call__(self, actor: Actor, *, account: str) -> User:
        """Return the updated user. Raises InvalidText."""
        account = check_provider_token("account", account)
        async with self.transaction():
            user = await self.users.get(actor.user_id)
            user = replace(user, payout_account=account, roles=user.roles | {Role.SELLER})
            await self.users.save(user)
            await self.outbox.add(PayoutAccountChanged(user.id, account))
        return user
