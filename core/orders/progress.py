"""Takes a stored order one step further."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.order_history import OrderEvent
from ...ports.language.orders import Order
from ...ports.language.rules import MarketRules
from ...ports.orders import Orders
from ...ports.outbox import Deadlines, Outbox
from .advance import advance


@dataclass(frozen=True, slots=True)
class Progress:
    """Saves an order's step with its event, messages and deadlines. It needs a transaction."""

    orders: Orders
    deadlines: Deadlines
    outbox: Outbox
    clock: Clock
    rules: MarketRules

    async def __call__(self, order: Order, event: OrderEvent) -> Order:
        """Return the order after the event. Raises IllegalMove, Outdated."""
        step = advance(order, event, self.clock.now(), self.rules)
        await self.orders.save(step.order, [step.recorded])
        if step.ends:
            await self.deadlines.clear(order.id, step.ends)
        for deadline in step.begins:
            await self.deadlines.set(deadline)
        await self.outbox.add(*step.messages)
        return step.order
