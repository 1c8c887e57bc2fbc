"""View an order's history."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.ids import OrderId
from ...ports.language.users import Actor
from ...ports.orders import Orders
from .shown_steps import ShownStep, show_step
from .viewers import Viewer, visible_order


@dataclass(frozen=True, slots=True)
class ViewHistory:
    """Shows the history of an order to everybody who may see the order."""

    orders: Orders

    async def __call__(self, actor: Actor, order_id: OrderId) -> Sequence[ShownStep]:
        """Return the steps as the actor may see them, oldest first. Raises NotFound."""
        order = await visible_order(self.orders, actor, order_id)
        viewer = Viewer.of(actor, order)
        return [show_step(step, viewer) for step in await self.orders.history(order_id)]
