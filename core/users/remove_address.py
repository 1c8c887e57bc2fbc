"""Remove a shipping address."""

from dataclasses import dataclass

from ...ports.language.ids import AddressId
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from ...ports.users import Addresses, Users, open_user


@dataclass(frozen=True, slots=True)
class RemoveAddress:
    """A user removes one of their addresses. Their open bids stay."""

    transaction: Transaction
    users: Users
    addresses: Addresses

    async def __call__(self, actor: Actor, address_id: AddressId) -> None:
        """Remove the address. Raises NotFound, AccountClosed."""
        async with self.transaction():
            await open_user(self.users, actor.user_id)
            await self.addresses.remove(actor.user_id, address_id)
