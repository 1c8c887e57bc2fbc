"""Set your payout account and become a seller."""

from dataclasses import dataclass, replace

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.known_seller_accounts import KnownSellerAccounts
from ...ports.language.audit import Act, AuditAction, AuditEntry, Target, parse_reason
from ...ports.language.errors import EmailNotProven, InvalidText
from ...ports.language.events import PayoutAccountChanged, SecurityChange, SecurityChanged
from ...ports.language.ids import UserId
from ...ports.language.programs import family_of
from ...ports.language.seller_accounts import KnownSellerAccount, SellerAccount
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role, User
from ...ports.outbox import Outbox
from ...ports.seller_accounts import SellerAccounts
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user
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
    audit_log: AuditLog
    outbox: Outbox
    clock: Clock

    async def __call__(self, actor: Actor, *, account: str, program: str = "") -> User:
        """Return the updated user.

        Raises InvalidText, EmailNotProven, AccountClosed, Unavailable.
        """
        account = check_provider_token("account", account)
        while True:
            before = await self.known_accounts.find(actor.user_id)
            state = await self._at_provider(account, actor.user_id)
            async with self.transaction():
                user = await open_user(self.users, actor.user_id)
                known = await self._locked(user, account)
                if known.version != (0 if before is None else before.version):
                    continue  # somebody has read a state later: see FollowSellerAccount
                await self._tell(user, state, family_of(program))
                if not user.email_proven:  # who has the email may get the account, and no payouts
                    raise EmailNotProven
                user = replace(user, roles=user.roles | {Role.SELLER})
                return await self._set(user, known, state)

    async def for_user(
        self, actor: Actor, user_id: UserId, *, account: str, reason: str
    ) -> AuditEntry:
        """An admin names the account of a seller who closed theirs and cannot sign in.

        A payout that was refused, or came back, is paid to it. If everything personal was erased
        already, the new account is erased in its turn. Raises Forbidden, NotFound, InvalidText,
        also for a user who has not closed their account, and Unavailable.
        """
        check_role(actor, Role.ADMIN, "name payout accounts")
        account, why = check_provider_token("account", account), parse_reason(reason)
        while True:
            before = await self.known_accounts.find(user_id)
            state = await self._at_provider(account, user_id)
            async with self.transaction():
                user = await self.users.get(user_id)
                if user.closed_at is None:
                    raise InvalidText(field="user", problem="must set the account themselves")
                known = await self._locked(user, account)
                if known.version != (0 if before is None else before.version):
                    continue
                await self._tell(user, state, "our staff")
                await self._set(replace(user, erased_at=None), known, state)
                return await self.audit_log.add(
                    Act(
                        actor_id=actor.user_id,
                        token_id=actor.token_id,
                        action=AuditAction.PAYOUT_ACCOUNT_NAMED,
                        target=Target.user(user_id),
                        reason=why,
                    )
                )

    async def _at_provider(self, account: str, user_id: UserId) -> SellerAccount:
        state = await self.seller_accounts.find(account)
        if state is None or state.owner_id not in (None, user_id):
            raise InvalidText(field="account", problem="is not known to the payment provider")
        return state

    async def _locked(self, user: User, account: str) -> KnownSellerAccount:
        new = KnownSellerAccount(user.id, self.clock.now(), account)
        return await self.known_accounts.open_or_lock(new)

    async def _tell(self, user: User, state: SellerAccount, program: str) -> None:
        if user.payout_account not in (None, state.id):
            change, now = SecurityChange.PAYOUT_ACCOUNT, self.clock.now()
            await self.outbox.add(SecurityChanged(user.id, change, now, program))

    async def _set(self, user: User, known: KnownSellerAccount, state: SellerAccount) -> User:
        user = replace(user, payout_account=state.id)
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
