"""Erase what is personal of closed accounts."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from ....ports.clock import Clock
from ....ports.ids import Ids
from ....ports.language.events import PaymentMethodRemoved
from ....ports.language.ids import UserId
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.users import User
from ....ports.outbox import Outbox
from ....ports.payment_methods import PaymentMethods
from ....ports.payments import Payouts
from ....ports.personal_records import PersonalRecords
from ....ports.transaction import Transaction
from ....ports.users import Users
from ..user_texts import CLOSED_DOMAIN
from .leave_market import LeaveMarket
from .running_trades import RunningTrades

CARDS_LEAVE_AFTER = timedelta(minutes=10)
"""How long after the closing a bid that was under way has traded, or never will."""
ERASED_AFTER = timedelta(days=10)
"""How long an account is kept after the closing and after the last step of each of its orders.

Letters have arrived then, and no request of before is under way. Banks return what they cannot pay
out within a week or so, and the account and its owner must be known then.
"""
_AT_ONCE = 100

_log = logging.getLogger("solebook.users")


@dataclass(frozen=True, slots=True)
class FinishClosings:
    """Goes through the closed accounts, and erases those that no trade needs any more.

    The cards leave once nothing is charged to them. Names, email, phone, addresses, cards, payout
    account, sessions and notifications are erased some days after the last trade is over, if nobody
    owes anything. Orders, the ledger and the audit log keep the user's id. The email is free then.
    The shipping address of an order stays as long as with everybody: see ForgetAddresses.

    Each step is a transaction of its own and may be repeated, so a crash in between does no harm.
    What fails for one account is logged and tried again at the next round; the others go on.
    """

    transaction: Transaction
    users: Users
    records: PersonalRecords
    trades: RunningTrades
    leave_market: LeaveMarket
    payouts: Payouts
    payment_methods: PaymentMethods
    outbox: Outbox
    clock: Clock
    ids: Ids

    async def __call__(self) -> int:
        """Go through them once, and return how many were erased."""
        erased, after = 0, None
        while user_ids := await self.records.unerased(_AT_ONCE, after):
            for user_id in user_ids:
                erased += await self._try(user_id)
            after = user_ids[-1]
        return erased

    async def _try(self, user_id: UserId) -> bool:
        try:
            return await self._finish(user_id)
        except Exception:  # noqa: BLE001  # whatever it is, the others' accounts must be erased
            _log.exception("the closed account %s was not erased", user_id)
            return False

    async def _finish(self, user_id: UserId) -> bool:
        user, now = await self.users.get(user_id), self.clock.now()
        if user.closed_at is None or now - user.closed_at < CARDS_LEAVE_AFTER:
            return False
        if not await self.trades.await_charge(user_id):
            await self._remove_cards(user_id)
        since = now - ERASED_AFTER
        if user.closed_at > since or not await self.trades.are_over(user_id, since, now):
            return False
        await self._erase_accounts(user_id)
        async with self.transaction():
            user = await self.users.get(user_id)
            await self.leave_market(user_id, now)
            await self.records.erase(user_id)
            email = await self._free_email(user_id)
            await self.users.save(replace(erased(user), email=email, erased_at=now))
        return True

    async def _free_email(self, user_id: UserId) -> str:
        """Return an email that nobody has, and that no mail reaches."""
        email = f"{user_id}@{CLOSED_DOMAIN}"
        while (owner := await self.users.find_by_email(email)) is not None:
            if owner.id == user_id:
                break  # it is erased again
            # Somebody registered it, when one could.
            email = f"{user_id}.{self.ids.new()}@{CLOSED_DOMAIN}"
        return email

    async def _remove_cards(self, user_id: UserId) -> None:
        if not await self.payment_methods.of(user_id):
            return
        async with self.transaction():
            user = await self.users.get(user_id)
            for card in await self.payment_methods.of(user_id):
                await self.payment_methods.remove(card.id, self.clock.now())
                await self.outbox.add(PaymentMethodRemoved(card.id, user_id, card.token))
            await self.users.save(replace(user, payment_method=None))

    async def _erase_accounts(self, user_id: UserId) -> None:
        """Erase the payout account from payouts, which keep the provider's id of the payout."""
        request: PageRequest | None = PageRequest(MAX_PAGE)
        while request is not None:
            page = await self.payouts.of_seller(user_id, request)
            async with self.transaction():
                for each in page.items:
                    payout = await self.payouts.find(each.order_id)
                    if payout is not None and payout.account is not None:
                        await self.payouts.save(replace(payout, account=None))
            request = PageRequest(MAX_PAGE, page.next_cursor) if page.next_cursor else None


def erased(user: User) -> User:
    """Return a user with nothing personal but the email: who looks at it sees a closed account."""
    return replace(
        user,
        password_hash="",
        first_name="Closed",
        last_name="account",
        payment_method=None,
        payout_account=None,
        email_proven_at=None,
    )
