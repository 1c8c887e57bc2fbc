"""View an order's history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...ports.language.ids import OrderId
from ...ports.language.users import Actor
from ...ports.orders import Orders
from .shown_steps import ShownStep, show_step
from .viewers import Viewer, visible_order, visible_orders


@dataclass(frozen=True, slots=True)
class ViewHistory:
    """Shows the history of an order to everybody who may see the order."""

    orders: Orders

    async def __call__(self, actor: Actor, order_id: OrderId) -> Sequence[ShownStep]:
        """Return the steps as the actor may see them, oldest first. Raises NotFound."""
        order = await visible_order(self.orders, actor, order_id)
        viewer = Viewer.of(actor, order)
        return [show_step(step, viewer) for step in await self.orders.history(order_id)]

    async def several(
        self, actor: Actor, order_ids: Collection[OrderId]
    ) -> Sequence[Sequence[ShownStep]]:
        """Return the steps of each order, in the same order. Raises NotFound."""
        orders = await visible_orders(self.orders, actor, order_ids)
        histories = await self.orders.histories(order_ids)
        return [
            [show_step(step, Viewer.of(actor, order)) for step in histories[order.id]]
            for order in orders
        ]
