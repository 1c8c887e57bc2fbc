"""The port to stored users and their addresses."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from .language.errors import AccountClosed
from .language.ids import AddressId, UserId
from .language.market import Side
from .language.notifications import Recipient
from .language.users import Address, PostalAddress, TraderStanding, User


class Users(Protocol):
    """Users, by id and by email. Writes need a transaction."""

    async def add(self, user: User) -> None:
        """Store a new user. Raises EmailTaken."""
        ...

    async def save(self, user: User) -> None:
        """Replace a stored user. Raises NotFound, EmailTaken."""
        ...

    async def get(self, user_id: UserId) -> User:
        """Return the user, locked until the end of a transaction. Raises NotFound."""
        ...

    async def find_by_email(self, email: str) -> User | None:
        """Return the user with this lower-case email, or None."""
        ...


async def open_user(users: Users, user_id: UserId) -> User:
    """Return a user whose account is not closed, locked until the end of a transaction.

    What writes for a user reads them by this: a token lives for minutes after the closing, and a
    request may be under way. Raises NotFound, AccountClosed.
    """
    user = await users.get(user_id)
    if user.closed_at is not None:
        raise AccountClosed(id=user_id)
    return user


class Addresses(Protocol):
    """Users' shipping addresses. Writes need a transaction."""

    async def add(self, address: Address) -> None:
        """Store a new address."""
        ...

    async def remove(self, user_id: UserId, address_id: AddressId) -> None:
        """Remove one of the user's addresses. Raises NotFound, also for another user's address."""
        ...

    async def of(self, user_id: UserId) -> Sequence[Address]:
        """Return all of the user's addresses, oldest first. Their number is limited."""
        ...


class Traders(Protocol):
    """What bidding needs to know about users."""

    async def standing(self, user_id: UserId) -> TraderStanding:
        """Return whether the user may bid or ask. Raises NotFound."""
        ...

    async def barred(
        self, user_ids: Collection[UserId], now: datetime
    ) -> Mapping[UserId, frozenset[Side]]:
        """Return the sides on which users may not trade now, for each user who is barred.

        A suspended user may trade on neither side. A user with too many declined cards may not bid
        until the bar ends.
        """
        ...


class NewestAddresses(Protocol):
    """What orders needs to know about users: their newest shipping addresses."""

    async def of(self, user_ids: Collection[UserId]) -> Mapping[UserId, PostalAddress]:
        """Return the newest address of each user who has one."""
        ...


class PaymentAccounts(Protocol):
    """What orders and payments need to know about users: the provider's tokens."""

    async def payment_method(self, user_id: UserId) -> str | None:
        """Return the buyer's payment token, or None."""
        ...

    async def payment_methods(self, user_ids: Collection[UserId]) -> Mapping[UserId, str]:
        """Return the payment token of each buyer who has one."""
        ...

    async def payout_account(self, user_id: UserId) -> str | None:
        """Return the seller's payout account, or None."""
        ...


class Recipients(Protocol):
    """What notifications needs to know about users."""

    async def of(self, user_ids: Collection[UserId]) -> Mapping[UserId, Recipient]:
        """Return the recipient of messages to each of these users who exists."""
        ...

    async def admins(self) -> Sequence[Recipient]:
        """Return all admins, at most a hundred."""
        ...
