"""The warehouse scans a pair in."""

from dataclasses import dataclass

from ...ports.language.ids import OrderId
from ...ports.language.order_history import Received
from ...ports.language.orders import Order
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from .progress import Progress
from .view_order import ViewOrder
from .warehouse import check_warehouse


@dataclass(frozen=True, slots=True)
class ReceivePair:
    """An authenticator receives the pair that the seller shipped; its task can then be claimed."""

    transaction: Transaction
    view_order: ViewOrder
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId) -> Order:
        """Return the order, now authenticating.

        Raises NotFound, Forbidden, PartyToTheOrder, IllegalMove.
        """
        async with self.transaction():
            order = await self.view_order(actor, order_id)
            check_warehouse(order, actor, "receive the pair")
            return await self.progress(order, Received(actor.user_id))
