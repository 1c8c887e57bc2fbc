"""Add a shipping address."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.errors import TooManyAddresses
from ...ports.language.ids import AddressId
from ...ports.language.users import Actor, Address, PostalAddress
from ...ports.transaction import Transaction
from ...ports.users import Addresses, Users, open_user
from .shipping_address import MAX_ADDRESSES, check_address


@dataclass(frozen=True, slots=True)
class AddAddress:
    """A user adds a shipping address, up to 20 in all. Bidding requires at least one."""

    transaction: Transaction
    users: Users
    addresses: Addresses
    clock: Clock
    ids: Ids

    async def __call__(
        self,
        actor: Actor,
        *,
        street: str,
        city: str,
        region: str,
        postal_code: str,
        country: str,
    ) -> Address:
        """Return the new address. Raises InvalidText, TooManyAddresses, AccountClosed."""
        postal = check_address(
            PostalAddress(
                street=street, city=city, region=region, postal_code=postal_code, country=country
            )
        )
        address = Address(AddressId(self.ids.new()), actor.user_id, postal, self.clock.now())
        async with self.transaction():
            # Locks the user, so that two concurrent requests cannot exceed the limit.
            await open_user(self.users, actor.user_id)
            if len(await self.addresses.of(actor.user_id)) >= MAX_ADDRESSES:
                raise TooManyAddresses(limit=MAX_ADDRESSES)
            await self.addresses.add(address)
        return address
