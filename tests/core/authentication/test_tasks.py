"""A task from payment to arrival, with messages in any sequence."""

from dataclasses import replace
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from solebook.ports.language.authentication import TaskStatus
from solebook.ports.language.errors import TaskNotOpen, Unavailable
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import CancelReason

from .warehouse import PASS, Warehouse


async def test_paid_order_has_a_task_that_awaits_its_pair(warehouse: Warehouse) -> None:
    await warehouse.authentication.open_task(warehouse.created)

    task = await warehouse.task()
    assert task.status is TaskStatus.AWAITING_ITEM
    assert (task.buyer_id, task.seller_id) == (
        warehouse.created.buyer_id,
        warehouse.created.seller_id,
    )
    assert task.book == warehouse.created.book
    assert task.created_at == warehouse.clock.now()


async def test_opening_twice_keeps_the_first_task(warehouse: Warehouse) -> None:
    await warehouse.authentication.open_task(warehouse.created)
    task = await warehouse.task()

    await warehouse.authentication.open_task(warehouse.created)

    assert await warehouse.task() == task


async def test_arrival_makes_the_task_received(warehouse: Warehouse) -> None:
    await warehouse.authentication.open_task(warehouse.created)

    await warehouse.authentication.receive_item(warehouse.received)

    task = await warehouse.task()
    assert (task.status, task.received_at) == (TaskStatus.RECEIVED, warehouse.clock.now())


async def test_arrival_before_the_task_exists_is_retried(warehouse: Warehouse) -> None:
    with pytest.raises(Unavailable):
        await warehouse.authentication.receive_item(warehouse.received)

    await warehouse.authentication.open_task(warehouse.created)
    await warehouse.authentication.receive_item(warehouse.received)
    assert (await warehouse.task()).status is TaskStatus.RECEIVED


async def test_duplicate_arrival_keeps_the_review(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()

    await warehouse.authentication.receive_item(warehouse.received)

    assert await warehouse.task() == task


async def test_cancelled_order_cancels_its_task(warehouse: Warehouse) -> None:
    await warehouse.authentication.open_task(warehouse.created)

    await warehouse.authentication.cancel_task(warehouse.cancelled)
    await warehouse.authentication.cancel_task(warehouse.cancelled)

    task = await warehouse.task()
    assert (task.status, task.version) == (TaskStatus.CANCELLED, 2)


@pytest.mark.parametrize("is_claimed", [False, True])
async def test_cancellation_cancels_the_task_of_a_received_pair(
    warehouse: Warehouse, is_claimed: bool
) -> None:
    task = await warehouse.received_task()
    if is_claimed:
        task = await warehouse.authentication.claim_task(warehouse.authenticator, task.id)
    await warehouse.authentication.cancel_task(warehouse.cancelled)
    cancelled = await warehouse.task()
    assert (cancelled.status, cancelled.lease_until) == (TaskStatus.CANCELLED, None)
    with pytest.raises(TaskNotOpen):
        await warehouse.authentication.claim_task(warehouse.authenticator, task.id)
    with pytest.raises(TaskNotOpen):
        await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)


async def test_a_verdict_stands_if_the_order_is_cancelled_later(warehouse: Warehouse) -> None:
    task = await warehouse.received_task()
    await warehouse.authentication.claim_task(warehouse.authenticator, task.id)
    decided = await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)
    await warehouse.authentication.cancel_task(warehouse.cancelled)
    assert await warehouse.task() == decided


@pytest.mark.parametrize("is_decided", [False, True])
async def test_a_claim_before_the_news_of_a_cancellation_leaves_no_deadline(
    warehouse: Warehouse, is_decided: bool
) -> None:
    task = await warehouse.claimed_task()
    if is_decided:
        await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)
    assert await warehouse.store.deadlines.of(task.order_id)
    await warehouse.authentication.cancel_task(warehouse.cancelled)
    assert await warehouse.store.deadlines.of(task.order_id) == []


async def test_cancellation_before_the_opening_leaves_a_cancelled_task(
    warehouse: Warehouse,
) -> None:
    await warehouse.authentication.cancel_task(warehouse.cancelled)
    await warehouse.authentication.open_task(warehouse.created)

    assert (await warehouse.task()).status is TaskStatus.CANCELLED


async def test_late_arrival_of_a_cancelled_order_keeps_the_task_cancelled(
    warehouse: Warehouse,
) -> None:
    await warehouse.authentication.cancel_task(warehouse.cancelled)

    await warehouse.authentication.receive_item(warehouse.received)

    assert (await warehouse.task()).status is TaskStatus.CANCELLED


@pytest.mark.parametrize(
    "reason",
    [CancelReason.PAYMENT_DECLINED, CancelReason.PAYMENT_OVERDUE, CancelReason.STOCK_REFUSED],
)
async def test_unconfirmed_order_has_no_task(warehouse: Warehouse, reason: CancelReason) -> None:
    await warehouse.authentication.cancel_task(replace(warehouse.cancelled, reason=reason))

    assert (
        await warehouse.store.authentication_tasks.find_by_order(warehouse.created.order_id) is None
    )


async def test_any_sequence_of_messages_gives_the_same_result(warehouse: Warehouse) -> None:
    """`opened` and `cancelled` arrive in any sequence, each twice."""
    messages: list[tuple[Any, Any]] = [
        (warehouse.authentication.open_task, warehouse.created),
        (warehouse.authentication.cancel_task, warehouse.cancelled),
    ]
    for number, arrivals in enumerate(permutations(messages * 2)):
        order_id = OrderId(UUID(int=number))
        for use_case, event in arrivals:
            await use_case(replace(event, order_id=order_id))
        task = await warehouse.store.authentication_tasks.find_by_order(order_id)
        assert task is not None
        assert task.status is TaskStatus.CANCELLED
