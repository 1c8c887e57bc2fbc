"""List the entries of an order in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.ids import OrderId
from ...ports.language.payments import Entry
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.payments import Ledger


@dataclass(frozen=True, slots=True)
class ListOrderEntries:
    """An admin sees every entry that an order has in the ledger. They sum to zero."""

    ledger: Ledger

    async def __call__(self, actor: Actor, order_id: OrderId) -> Sequence[Entry]:
        """Return the entries, oldest first; none if there is no such order. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list entries of orders")
        return await self.ledger.entries(order_id)
