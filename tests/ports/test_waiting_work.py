"""The contract of WaitingWork."""

from dataclasses import replace
from datetime import timedelta

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.alarms import Alarm, AlarmKind
from solebook.ports.language.deadlines import Deadline, DeadlineKind
from solebook.ports.language.ids import AlarmId
from solebook.ports.language.messages import Queue
from solebook.ports.language.waiting_work import QueueLength

from .records import Records
from .shard import Shard

MINUTE = timedelta(minutes=1)


async def test_nothing_waits_in_a_new_store(store: Store) -> None:
    waiting = await store.waiting_work.view(100)
    assert (waiting.unsent, waiting.oldest_unsent, waiting.dead_letters) == (0, None, 0)
    assert (waiting.oldest_unpaid, waiting.oldest_uncharged) == (None, None)
    assert (waiting.oldest_deadline, waiting.alarms) == (None, {})
    assert waiting.queues == dict.fromkeys(Queue, QueueLength(0, None))


async def test_messages_and_deadlines_are_told_by_the_one_that_waits_longest(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    began = clock.now()
    for _ in range(3):
        order_id = records.order_id()
        async with store.transaction():
            await store.outbox.add(records.event())
            deadline = Deadline(DeadlineKind.CLAIM, order_id, clock.now() + MINUTE)
            await store.deadlines.set(deadline)
        await clock.advance(MINUTE)
    waiting = await store.waiting_work.view(100)
    assert (waiting.unsent, waiting.oldest_unsent) == (3, began)
    assert waiting.oldest_deadline == began + MINUTE
    assert (await store.waiting_work.view(2)).unsent == 2


async def test_queues_are_counted_without_their_dead_letters(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    began = clock.now()
    first, dead, later = (records.delivery() for _ in range(3))
    first = replace(first, due_at=began, queue=Queue.MAILS)
    dead = replace(dead, due_at=began, queue=Queue.MAILS, dead=True, attempts=15)
    later = replace(later, due_at=began + MINUTE, queue=Queue.TRADE)
    async with store.transaction():
        for delivery in (first, dead, later):
            await store.deliveries.put(delivery)
    waiting = await store.waiting_work.view(100)
    assert waiting.dead_letters == 1
    assert waiting.queues[Queue.MAILS] == QueueLength(1, began)
    assert waiting.queues[Queue.TRADE] == QueueLength(1, began + MINUTE)
    assert (await store.waiting_work.view(0)).dead_letters == 0


async def test_open_alarms_are_counted_by_kind(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    now = clock.now()
    kinds = [AlarmKind.RECONCILIATION, AlarmKind.RECONCILIATION, AlarmKind.REFUND_OVERDUE]
    order_ids = [records.order_id() for _ in kinds]
    async with store.transaction():
        for kind, order_id in zip(kinds, order_ids, strict=True):
            alarm_id = AlarmId(records.ids.new())
            await store.alarms.add(Alarm(alarm_id, kind, order_id, "it is so", now, now))
        await store.alarms.close(order_ids[-1], [AlarmKind.REFUND_OVERDUE], now)
    waiting = await store.waiting_work.view(100)
    assert waiting.alarms == {AlarmKind.RECONCILIATION: 2}


async def test_orders_that_are_not_paid_are_told_by_the_oldest(
    store: Store, records: Records, shard: Shard
) -> None:
    tried, untried = [await shard.trade(records.book()) for _ in range(2)]
    attempted = replace(tried.payment, attempted_at=tried.payment.created_at)
    async with store.transaction():
        await store.payments.open_or_lock(attempted)
        await store.payments.save(attempted)
    waiting = await store.waiting_work.view(100)
    assert waiting.oldest_unpaid == tried.order.matched_at
    assert waiting.oldest_uncharged == untried.payment.created_at
