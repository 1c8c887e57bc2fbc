"""List your shipping addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.users import Actor, Address
from ...ports.users import Addresses


@dataclass(frozen=True, slots=True)
class ListAddresses:
    """A user lists their shipping addresses."""

    addresses: Addresses

    async def __call__(self, actor: Actor) -> Sequence[Address]:
        """Return all of the actor's addresses, oldest first."""
        return await self.addresses.of(actor.user_id)
