"""View which processes do what only one may do at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...ports.language.leases import Lease
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.leases import Leases


@dataclass(frozen=True, slots=True)
class ViewLeases:
    """An admin sees who has each of the leases of the exchange."""

    leases: Leases
    names: Sequence[str]

    async def __call__(self, actor: Actor) -> Mapping[str, Lease | None]:
        """Return each lease by its name; None if nobody has it. Raises Forbidden, Unavailable."""
        check_role(actor, Role.ADMIN, "view leases")
        held = await self.leases.held(self.names)
        return {name: held.get(name) for name in self.names}
