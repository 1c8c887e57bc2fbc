"""Set your payout account and become a seller."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.known_seller_accounts import KnownSellerAccounts
from ...ports.language.errors import EmailNotProven, InvalidText
from ...ports.language.events import PayoutAccountChanged, SecurityChange, SecurityChanged
from ...ports.language.programs import family_of
from ...ports.language.seller_accounts import KnownSellerAccount, SellerAccount
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
    an ask requires the account and not the role. The user is told by mail that another account
    takes the place of one.
    """

    transaction: Transaction
    users: Users
    known_accounts: KnownSellerAccounts
    seller_accounts: SellerAccounts
    outbox: Outbox
    clock: Clock

    async def __call__(self, actor: Actor, *, account: str, program: str = "") -> User:
        """Return the updated user. Raises InvalidText, EmailNotProven, Unavailable."""
        account = check_provider_token("account", account)
        while True:
            before = await self.known_accounts.find(actor.user_id)
            state = await self.seller_accounts.find(account)
            if state is None or state.owner_id not in (None, actor.user_id):
                raise InvalidText(field="account", problem="is not known to the payment provider")
            async with self.transaction():
                user = await self.users.get(actor.user_id)
                new = KnownSellerAccount(user.id, self.clock.now(), account)
                known = await self.known_accounts.open_or_lock(new)
                if known.version != (0 if before is None else before.version):
                    continue  # somebody has read a state later: see FollowSellerAccount
                if user.payout_account not in (None, state.id):
                    change, now = SecurityChange.PAYOUT_ACCOUNT, self.clock.now()
                    told = SecurityChanged(user.id, change, now, family_of(program))
                    await self.outbox.add(told)
                return await self._set(user, known, state)

    async def _set(self, user: User, known: KnownSellerAccount, state: SellerAccount) -> User:
        if not user.email_proven:
            raise EmailNotProven  # who has the email may get the account, but not its payouts
        user = replace(user, payout_account=state.id, roles=user.roles | {Role.SELLER})
        await self.users.save(user)
        await self.known_accounts.save(
            replace(
                known,
                account=state.id,
                can_receive=state.can_receive,
                version=known.version + 1,
            )
        )
        await self.outbox.add(PayoutAccountChanged(user.id, state.id))
        return user
