"""The exchange was down: what people had time for is put off."""

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

_OF_PEOPLE = (DeadlineKind.PAYMENT, DeadlineKind.ARRIVAL, DeadlineKind.DELIVERY)
"""The deadlines of what people do or wait for, of which the order itself keeps nothing."""


@dataclass(frozen=True, slots=True)
class PutOffDeadlines:
    """Time in which the exchange was down does not count against people.

    By as long as it was down it puts off what had not passed by then: the time to pay, to ship and
    to arrive, the delivery that is assumed, and the time to complain with the hold before the
    payout. What only raises alarms is not put off, and neither is that an order is given up, which
    is the exchange's own fault.
    """

    transaction: Transaction
    orders: Orders
    deadlines: Deadlines
    progress: Progress
    rules: MarketRules

    async def __call__(self, since: datetime, until: datetime) -> None:
        """Put off, once, by the time in between. Called again, it puts off again."""
        async with self.transaction():
            for deadline in await self.deadlines.running(_OF_PEOPLE, since):
                due_at = deadline.due_at + (until - since)
                await self.deadlines.set(replace(deadline, due_at=due_at))
            await self._put_shipments_off(since, until)
            await self._put_complaints_off(since, until)

    async def _put_shipments_off(self, since: datetime, until: datetime) -> None:
        for deadline in await self.deadlines.running([DeadlineKind.SHIPMENT], since):
            order = await self.orders.get(deadline.order_id)
            put_off = PutOff(since, until, ship_by=deadline.due_at + (until - since))
            if is_legal(order, put_off):
                await self.progress(order, put_off)

    async def _put_complaints_off(self, since: datetime, until: datetime) -> None:
        """Whoever may complain no more is waited for no longer."""
        for order in await self.orders.held_since(since - self.rules.complaint_window):
            assert order.held_since is not None, order
            put_off = PutOff(since, until, held_since=order.held_since + (until - since))
            if is_legal(order, put_off):
                await self.progress(order, put_off)
