"""What waits in the store, in memory."""

from collections import Counter

from ...ports.language.messages import Queue
from ...ports.language.orders import OrderStatus
from ...ports.language.priority import Priority
from ...ports.language.waiting_work import QueueLength, WaitingInStore
from ...ports.waiting_work import WaitingWork
from .database import MemoryAdapter


class MemoryWaitingWork(MemoryAdapter, WaitingWork):
    """Counts in the tables."""

    async def view(self, most: int) -> WaitingInStore:
        with await self._database.reading():
            tables = self._tables
            orders = (tables.orders[i] for i in tables.orders_by_status[OrderStatus.PENDING])
            untried = (tables.payments[order_id] for order_id in tables.untried_payments)
            dead = sum(delivery.dead for delivery in tables.deliveries.values())
            kinds = [kind for _, kind in tables.open_alarms][:most]
            return WaitingInStore(
                unsent=min(len(tables.outbox), most),
                oldest_unsent=min((m.occurred_at for m in tables.outbox.values()), default=None),
                queues={queue: self._length(queue, most) for queue in Queue},
                dead_letters=min(dead, most),
                oldest_unpaid=min((order.matched_at for order in orders), default=None),
                oldest_uncharged=min((payment.created_at for payment in untried), default=None),
                oldest_deadline=min((d.due_at for d in tables.deadlines.values()), default=None),
                alarms=Counter(kinds),
            )

    def _length(self, queue: Queue, most: int) -> QueueLength:
        waiting = self._tables.deliveries.values()
        length = sum(d.queue is queue and not d.dead for d in waiting)
        lines = [self._tables.lines[queue, priority] for priority in Priority]
        places = [place.due_at for line in lines for place in line.values()]
        return QueueLength(min(length, most), min(places, default=None))
