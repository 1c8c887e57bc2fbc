"""Put off deadlines by a downtime."""

from dataclasses import dataclass, replace
from datetime import datetime

from ...ports.language.deadlines import DeadlineKind
from ...ports.language.rules import MarketRules
from ...ports.language.steps import PutOff
from ...ports.orders import Orders
from ...ports.outbox import Deadlines
from ...ports.transaction import Transaction
from .moves import is_legal
from .progress import Progress

_PUT_OFF_HERE = (DeadlineKind.PAYMENT, DeadlineKind.ARRIVAL, DeadlineKind.DELIVERY)
"""The deadlines of people that are not also stored on the order."""


@dataclass(frozen=True, slots=True)
class PutOffDeadlines:
    """Puts people's deadlines off by the downtime, because it does not count against them.

    Only deadlines that had not passed when the downtime began are put off: the time to pay, to ship
    and to arrive, the assumed delivery, and the time to complain together with the hold. Deadlines
    that only raise alarms are not put off. Nor is giving up, because it is the exchange's fault.
    """

    transaction: Transaction
    orders: Orders
    deadlines: Deadlines
    progress: Progress
    rules: MarketRules

    async def __call__(self, since: datetime, until: datetime) -> None:
        """Put the deadlines off by `until - since`. Not idempotent: call it once per downtime."""
        async with self.transaction():
            await self._put_others_off(since, until)
            await self._put_shipments_off(since, until)
            await self._put_complaints_off(since, until)

    async def _put_others_off(self, since: datetime, until: datetime) -> None:
        for deadline in await self.deadlines.running(_PUT_OFF_HERE, since):
            await self.orders.get(deadline.order_id)  # locked: no step ends the deadline meanwhile
            if deadline in await self.deadlines.of(deadline.order_id):
                due_at = deadline.due_at + (until - since)
                await self.deadlines.set(replace(deadline, due_at=due_at))

    async def _put_shipments_off(self, since: datetime, until: datetime) -> None:
        for deadline in await self.deadlines.running([DeadlineKind.SHIPMENT], since):
            order = await self.orders.get(deadline.order_id)
            put_off = PutOff(since, until, ship_by=deadline.due_at + (until - since))
            if is_legal(order, put_off):
                await self.progress(order, put_off)

    async def _put_complaints_off(self, since: datetime, until: datetime) -> None:
        """Put off the end of the complaint window and the hold of orders that are still in it."""
        for order in await self.orders.held_since(since - self.rules.complaint_window):
            assert order.held_since is not None, order
            put_off = PutOff(since, until, held_since=order.held_since + (until - since))
            if is_legal(order, put_off):
                await self.progress(order, put_off)
