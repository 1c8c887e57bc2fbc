"""Saves an order's next step."""

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

    The alarm of a deadline closes when that deadline ends. An alarm about an unasked action of the
    payment provider closes when an admin lifts the resulting freeze.
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
        await self.orders.save(taken.order, [taken.recorded], before=order)
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
    """Whether the step settles the alarm about an unasked action of the payment provider.

    A pending order, which was charged a wrong amount, is not settled by lifting the freeze.
    """
    released = isinstance(step, PayoutReleased) and step.reason is FreezeReason.PROVIDER
    return released and order.status is not OrderStatus.PENDING
