"""Orders that time how long they take to be confirmed."""

from collections.abc import Sequence
from functools import partial

from ...ports.clock import Clock
from ...ports.language.orders import Order
from ...ports.language.steps import Confirmed, RecordedStep
from ...ports.measurements import Measurements
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from .forwarding_orders import ForwardingOrders


class MeasuredOrders(ForwardingOrders):
    """Counts orders that are confirmed, after the commit, with the time since their match."""

    def __init__(
        self, orders: Orders, measurements: Measurements, *, clock: Clock, transaction: Transaction
    ) -> None:
        super().__init__(orders)
        self._measurements = measurements
        self._clock = clock
        self._transaction = transaction

    async def save(
        self, order: Order, steps: Sequence[RecordedStep], *, before: Order | None = None
    ) -> None:
        await super().save(order, steps, before=before)
        if any(isinstance(recorded.step, Confirmed) for recorded in steps):
            passed = (self._clock.now() - order.matched_at).total_seconds()
            self._transaction.announce(partial(self._measurements.confirmed, passed))
