"""Takes a stored order one step further."""

from dataclasses import dataclass

from ...ports.alarms import Alarms
from ...ports.clock import Clock
from ...ports.language.alarms import ALARMS, AlarmKind
from ...ports.language.orders import FreezeReason, Order, OrderStatus
from ...ports.language.rules import MarketRules
from ...ports.language.steps import OrderStep, PayoutReleased
from ...ports.orders import Orders
from ...ports.outbox import Deadlines, Outbox
from .advance import advance


@dataclass(frozen=True, slots=True)
class Progress:
    """Saves an order's step with its events and deadlines. It needs a transaction.

    An alarm that a deadline raised is over when that deadline ends; one that tells what the payment
    provider did unasked, when an admin lifts the freeze that came of it.
    """

    orders: Orders
    deadlines: Deadlines
    alarms: Alarms
    outbox: Outbox
    clock: Clock
    rules: MarketRules

    async def __call__(self, order: Order, step: OrderStep) -> Order:
        """Return the order after the step. Raises IllegalMove, Outdated."""
        now = self.clock.now()
        taken = advance(order, step, now, self.rules)
        await self.orders.save(taken.order, [taken.recorded])
        if taken.ends:
            await self.deadlines.clear(order.id, taken.ends)
        ended = [ALARMS[kind] for kind in taken.ends if kind in ALARMS]
        if _settles_report(taken.order, step):
            ended.append(AlarmKind.PROVIDER_REPORT)
        if ended:
            await self.alarms.close(order.id, ended, now)
        for deadline in taken.begins:
            await self.deadlines.set(deadline)
        await self.outbox.add(*taken.events)
        return taken.order


def _settles_report(order: Order, step: OrderStep) -> bool:
    """Whether nothing is left to be decided of what the payment provider did unasked.

    An order that was charged another amount, and so is not paid, is not settled by a release.
    """
    released = isinstance(step, PayoutReleased) and step.reason is FreezeReason.PROVIDER
    return released and order.status is not OrderStatus.PENDING
