"""The port to stored users and their addresses."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

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
        """Return the user with this lower-case email, if there is one."""
        ...


class Addresses(Protocol):
    """Users' shipping addresses. Writes need a transaction."""

    async def add(self, address: Address) -> None:
        """Store a new address."""
        ...

    async def remove(self, user_id: UserId, address_id: AddressId) -> None:
        """Remove one of the user's addresses. Raises NotFound, also when it is somebody else's."""
        ...

    async def of(self, user_id: UserId) -> Sequence[Address]:
        """Return all of the user's addresses, oldest first (there is a small limit to them)."""
        ...


class Traders(Protocol):
    """What bidding must know of a user."""

    async def standing(self, user_id: UserId) -> TraderStanding:
        """Return whether the user may bid or ask. Raises NotFound."""
        ...

    async def barred(
        self, user_ids: Collection[UserId], now: datetime
    ) -> Mapping[UserId, frozenset[Side]]:
        """Return the sides on which each user may not trade now, for those who may not.

        A suspended user may trade on neither side. One whose cards were declined too often may not
        bid until their bar is over.
        """
        ...


class NewestAddresses(Protocol):
    """What orders must know of a user: where a pair would go now."""

    async def of(self, user_ids: Collection[UserId]) -> Mapping[UserId, PostalAddress]:
        """Return each user's newest address, for those who have one."""
        ...


class PaymentAccounts(Protocol):
    """What orders and payments must know of a user: the provider's tokens."""

    async def payment_method(self, user_id: UserId) -> str | None:
        """Return the token that the buyer is charged by."""
        ...

    async def payment_methods(self, user_ids: Collection[UserId]) -> Mapping[UserId, str]:
        """Return the token that each buyer is charged by, for those who have one."""
        ...

    async def payout_account(self, user_id: UserId) -> str | None:
        """Return the account that the seller is paid to."""
        ...


class Recipients(Protocol):
    """What notifications must know of a user."""

    async def find(self, user_id: UserId) -> Recipient | None:
        """Return by which name and email the user is written to, if there is one."""
        ...

    async def admins(self) -> Sequence[Recipient]:
        """Return every admin, up to a hundred of them."""
        ...
