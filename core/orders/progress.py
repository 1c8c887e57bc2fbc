"""Takes a stored order one step further."""

from dataclasses import dataclass

from ...ports.alarms import Alarms
from ...ports.clock import Clock
from ...ports.language.alarms import ALARMS, AlarmKind
from ...ports.language.order_history import OrderEvent, PayoutReleased
from ...ports.language.orders import FreezeReason, Order, OrderStatus
from ...ports.language.rules import MarketRules
from ...ports.orders import Orders
from ...ports.outbox import Deadlines, Outbox
from .advance import advance


@dataclass(frozen=True, slots=True)
class Progress:
    """Saves an order's step with its event, messages and deadlines. It needs a transaction.

    An alarm that a deadline raised is over when that deadline ends; one that tells what the payment
    provider did unasked, when an admin lifts the freeze that came of it.
    """

    orders: Orders
    deadlines: Deadlines
    alarms: Alarms
    outbox: Outbox
    clock: Clock
    rules: MarketRules

    async def __call__(self, order: Order, event: OrderEvent) -> Order:
        """Return the order after the event. Raises IllegalMove, Outdated."""
        now = self.clock.now()
        step = advance(order, event, now, self.rules)
        await self.orders.save(step.order, [step.recorded])
        if step.ends:
            await self.deadlines.clear(order.id, step.ends)
        ended = [ALARMS[kind] for kind in step.ends if kind in ALARMS]
        if _settles_report(step.order, event):
            ended.append(AlarmKind.PROVIDER_REPORT)
        if ended:
            await self.alarms.close(order.id, ended, now)
        for deadline in step.begins:
            await self.deadlines.set(deadline)
        await self.outbox.add(*step.messages)
        return step.order


def _settles_report(order: Order, event: OrderEvent) -> bool:
    """Whether nothing is left to be decided of what the payment provider did unasked.

    An order that was charged another amount, and so is not paid, is not settled by a release.
    """
    released = isinstance(event, PayoutReleased) and event.reason is FreezeReason.PROVIDER
    return released and order.status is not OrderStatus.PENDING
