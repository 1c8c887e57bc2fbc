"""Find a user as an admin."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.clock import Clock
from ...ports.language.emails import email_spelling
from ...ports.language.ids import UserId
from ...ports.language.market import Side
from ...ports.language.money import Cents
from ...ports.language.paging import MAX_PAGE, PageRequest
from ...ports.language.payments import Account
from ...ports.language.rules import MarketRules
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role, User
from ...ports.notifications import Preferences
from ...ports.payments import Declines, Ledger
from ...ports.quotes import Quotes
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user as shown to staff, with quotes and balances. Money is in minor units."""

    user: User
    phone_proven: bool
    """Whether they have a phone that gets messages."""
    payable: Cents
    """Settled but not yet paid out."""
    debt: Cents
    """What the user owes the exchange. Later payouts settle it."""
    open_bids: int
    open_asks: int
    """Includes asks that wait outside a halted book."""
    declines: int
    """Declined charges within the decline window, at most 100."""
    bids_barred_until: datetime | None
    """The end (UTC) of a bar on bidding because of declines, or None."""


@dataclass(frozen=True, slots=True)
class FindUser:
    """An admin finds a user by id or email, with the number of open quotes and the balances."""

    users: Users
    ledger: Ledger
    quotes: Quotes
    declines: Declines
    preferences: Preferences
    clock: Clock
    rules: MarketRules

    async def __call__(self, actor: Actor, user_id: UserId) -> UserRecord:
        """Return the user with this id. Raises Forbidden, NotFound."""
        check_role(actor, Role.ADMIN, "find users")
        return await self._record(await self.users.get(user_id))

    async def by_email(self, actor: Actor, email: str) -> UserRecord | None:
        """Return the user with this email, or None. Raises Forbidden.

        It may be in any spelling.
        """
        check_role(actor, Role.ADMIN, "find users")
        given, spelling = email.strip().lower(), email_spelling(email)
        user = await self.users.find_by_email(given)
        if user is None and spelling != given:
            user = await self.users.find_by_email(spelling)
        return None if user is None else await self._record(user)

    async def _record(self, user: User) -> UserRecord:
        now = self.clock.now()
        counting = await self.declines.since(user.id, now - self.rules.decline_window)
        bar = await self.declines.find_bar(user.id)
        return UserRecord(
            user=user,
            phone_proven=(await self.preferences.get(user.id)).phone_proven,
            payable=await self.ledger.balance(Account.payable(user.id)),
            debt=max(0, -await self.ledger.balance(Account.debt(user.id))),
            open_bids=await self._open(user.id, Side.BID),
            open_asks=await self._open(user.id, Side.ASK),
            declines=len(counting),
            bids_barred_until=bar.until if bar is not None and now < bar.until else None,
        )

    async def _open(self, user_id: UserId, side: Side) -> int:
        """Return how many quotes rest or wait. The number of quotes per user is limited."""
        count, after = 0, None
        while True:
            request = PageRequest(MAX_PAGE, after)
            page = await self.quotes.of_user(user_id, side, request, standing=True)
            count += len(page.items)
            if page.next_cursor is None:
                return count
            after = page.next_cursor
