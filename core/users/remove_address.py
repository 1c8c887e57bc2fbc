"""Remove a shipping address."""

from dataclasses import dataclass

from ...ports.language.ids import AddressId
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from ...ports.users import Addresses


@dataclass(frozen=True, slots=True)
class RemoveAddress:
    """A user removes one of their addresses. Their open bids stay."""

    transaction: Transaction
    addresses: Addresses

    async def __call__(self, actor: Actor, address_id: AddressId) -> None:
        """Remove the address. Raises NotFound."""
        async with self.transaction():
            await self.addresses.remove(actor.user_id, address_id)
