"""A user looks at their addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.users import Actor, Address
from ...ports.users import Addresses


@dataclass(frozen=True, slots=True)
class ListAddresses:
    """A user sees their own shipping addresses."""

    addresses: Addresses

    async def __call__(self, actor: Actor) -> Sequence[Address]:
        """Return all addresses of the actor, oldest first."""
        return await self.addresses.of(actor.user_id)
