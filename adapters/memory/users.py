"""Users, their addresses, and what other contexts read of them, in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice

from ...ports.language.errors import EmailTaken, NotFound
from ...ports.language.ids import AddressId, UserId
from ...ports.language.market import Side
from ...ports.language.notifications import NotificationPreferences, Recipient
from ...ports.language.users import Address, PostalAddress, Role, TraderStanding, User
from ...ports.users import Addresses, NewestAddresses, PaymentAccounts, Recipients, Traders, Users
from .database import MemoryAdapter
from .tables import Tables


class MemoryUsers(MemoryAdapter, Users):
    """Users by id, and an index by email."""

    async def add(self, user: User) -> None:
        await self._database.writing()
        if user.email in self._tables.user_by_email:
            raise EmailTaken(email=user.email)
        self._database.put(self._tables.users, user.id, user)
        self._database.put(self._tables.user_by_email, user.email, user.id)

    async def save(self, user: User) -> None:
        await self._database.writing()
        before = self._tables.users.get(user.id)
        if before is None:
            raise NotFound(what="user", id=user.id)
        if self._tables.user_by_email.get(user.email, user.id) != user.id:
            raise EmailTaken(email=user.email)
        if user.email != before.email:
            self._database.remove(self._tables.user_by_email, before.email)
            self._database.put(self._tables.user_by_email, user.email, user.id)
        self._database.put(self._tables.users, user.id, user)

    async def get(self, user_id: UserId) -> User:
        with await self._database.reading():
            user = self._tables.users.get(user_id)
        if user is None:
            raise NotFound(what="user", id=user_id)
        return user

    async def find_by_email(self, email: str) -> User | None:
        with await self._database.reading():
            user_id = self._tables.user_by_email.get(email)
            return None if user_id is None else self._tables.users[user_id]


class MemoryAddresses(MemoryAdapter, Addresses):
    """Addresses in a dict for each user."""

    async def add(self, address: Address) -> None:
        await self._database.writing()
        self._database.put(self._tables.addresses[address.user_id], address.id, address)

    async def remove(self, user_id: UserId, address_id: AddressId) -> None:
        await self._database.writing()
        addresses = self._tables.addresses.get(user_id, {})
        if address_id not in addresses:
            raise NotFound(what="address", id=address_id)
        self._database.remove(addresses, address_id)

    async def of(self, user_id: UserId) -> Sequence[Address]:
        with await self._database.reading():
            addresses = self._tables.addresses.get(user_id, {})
            return sorted(addresses.values(), key=lambda address: address.id)


class MemoryTraders(MemoryAdapter, Traders):
    """Reads a trader's standing from the user and the addresses."""

    async def standing(self, user_id: UserId) -> TraderStanding:
        with await self._database.reading():
            user = self._tables.users.get(user_id)
            has_address = bool(self._tables.addresses.get(user_id))
            bid_bar = self._tables.bid_bars.get(user_id)
        if user is None:
            raise NotFound(what="user", id=user_id)
        return TraderStanding(
            has_payment_method=user.payment_method is not None,
            has_address=has_address,
            has_payout_account=user.payout_account is not None,
            suspended=user.suspended,
            email_proven=user.email_proven,
            bid_bar=bid_bar,
        )

    async def barred(
        self, user_ids: Collection[UserId], now: datetime
    ) -> Mapping[UserId, frozenset[Side]]:
        with await self._database.reading():
            sides = {user_id: self._barred_sides(user_id, now) for user_id in user_ids}
        return {user_id: barred for user_id, barred in sides.items() if barred}

    def _barred_sides(self, user_id: UserId, now: datetime) -> frozenset[Side]:
        user, bar = self._tables.users.get(user_id), self._tables.bid_bars.get(user_id)
        if user is not None and user.suspended:
            return frozenset(Side)
        return frozenset({Side.BID}) if bar is not None and now < bar.until else frozenset()


class MemoryNewestAddresses(MemoryAdapter, NewestAddresses):
    """Reads destinations from the addresses."""

    async def of(self, user_ids: Collection[UserId]) -> Mapping[UserId, PostalAddress]:
        with await self._database.reading():
            kept = {user_id: self._tables.addresses.get(user_id) for user_id in user_ids}
            return {
                user_id: addresses[max(addresses)].postal
                for user_id, addresses in kept.items()
                if addresses
            }


class MemoryPaymentAccounts(MemoryAdapter, PaymentAccounts):
    """Reads the provider's tokens from the user."""

    async def payment_method(self, user_id: UserId) -> str | None:
        with await self._database.reading():
            user = self._tables.users.get(user_id)
        return None if user is None else user.payment_method

    async def payment_methods(self, user_ids: Collection[UserId]) -> Mapping[UserId, str]:
        with await self._database.reading():
            users = [user for user_id in user_ids if (user := self._tables.users.get(user_id))]
        return {user.id: user.payment_method for user in users if user.payment_method is not None}

    async def payout_account(self, user_id: UserId) -> str | None:
        with await self._database.reading():
            user = self._tables.users.get(user_id)
        return None if user is None else user.payout_account


class MemoryRecipients(MemoryAdapter, Recipients):
    """Reads name and email from the user, with the preferences."""

    async def of(self, user_ids: Collection[UserId]) -> Mapping[UserId, Recipient]:
        with await self._database.reading():
            users = [user for user_id in user_ids if (user := self._tables.users.get(user_id))]
            return {user.id: recipient_of(user, self._tables) for user in users}

    async def admins(self) -> Sequence[Recipient]:
        with await self._database.reading():
            admins = (user for user in self._tables.users.values() if Role.ADMIN in user.roles)
            return [recipient_of(user, self._tables) for user in islice(admins, 100)]


def recipient_of(user: User, tables: Tables) -> Recipient:
    """Return a user as the recipient of messages."""
    preferences = tables.notification_preferences.get(user.id) or NotificationPreferences(user.id)
    closed = user.closed_at is not None
    return Recipient(user.id, user.email, user.first_name, preferences, user.email_proven, closed)
