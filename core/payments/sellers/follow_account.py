"""Follow changes of sellers' accounts at the payment provider."""

from dataclasses import dataclass, replace

from ....ports.clock import Clock
from ....ports.known_seller_accounts import KnownSellerAccounts
from ....ports.language.events import PayoutAccountChanged, PayoutAccountRestricted
from ....ports.language.ids import UserId
from ....ports.language.payments import PayoutState, Webhook
from ....ports.language.seller_accounts import KnownSellerAccount, SellerAccount
from ....ports.outbox import Outbox
from ....ports.payments import Payouts
from ....ports.seller_accounts import SellerAccounts
from ....ports.transaction import Transaction
from ..patience import Patience

_GONE = "account_invalid"


@dataclass(frozen=True, slots=True)
class FollowSellerAccount:
    """Looks at a seller's account, and does what a change of it means.

    If it can be paid, the payouts that were refused are repeated. If it could be paid and cannot
    any more, the seller is told why and what is required. Asks stand either way: what they sell is
    owed to the seller until it can be paid.

    The state is read outside a transaction. If somebody else applied one meanwhile, which may be
    newer, it is read again, also if that one changed nothing. So the last one to apply a state has
    read it last.
    """

    transaction: Transaction
    known_accounts: KnownSellerAccounts
    seller_accounts: SellerAccounts
    payouts: Payouts
    outbox: Outbox
    clock: Clock
    patience: Patience

    async def __call__(self, webhook: Webhook) -> None:
        """Follow a webhook about an account. Raises Unavailable, after which repeat."""
        assert webhook.reference is not None, webhook
        for user_id in await self.known_accounts.users_of(webhook.reference):
            await self.of(user_id, webhook.reference)

    async def of(self, user_id: UserId, account: str) -> SellerAccount:
        """Return the current state of a user's account, and apply it. Raises Unavailable."""
        while True:
            before = await self.known_accounts.find(user_id)
            found = await self.patience.wait_for(self.seller_accounts.find(account))
            state = found or SellerAccount(
                account, None, can_receive=False, can_withdraw=False, problem=_GONE
            )
            async with self.transaction():
                now = await self._locked(user_id, account)
                if now.version != (0 if before is None else before.version):
                    continue
                await self._apply(now, state)
            return state

    async def _locked(self, user_id: UserId, account: str) -> KnownSellerAccount:
        """Return what is known; an account from before accounts were followed is new."""
        new = KnownSellerAccount(user_id, self.clock.now(), account)
        return await self.known_accounts.open_or_lock(new)

    async def _apply(self, known: KnownSellerAccount, state: SellerAccount) -> None:
        if known.account != state.id:
            return  # replaced meanwhile
        applied = replace(known, can_receive=state.can_receive, version=known.version + 1)
        await self.known_accounts.save(applied)
        if known.can_receive and not state.can_receive:
            await self.outbox.add(
                PayoutAccountRestricted(
                    known.user_id, state.id, state.problem or _GONE, state.due, state.deadline
                )
            )
        if state.can_receive and await self._has_refused(known.user_id):
            await self.outbox.add(PayoutAccountChanged(known.user_id, state.id))

    async def _has_refused(self, user_id: UserId) -> bool:
        unpaid = await self.payouts.unpaid(user_id)
        return any(payout.state is PayoutState.REFUSED for payout in unpaid)
