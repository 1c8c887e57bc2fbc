"""A task from the order's payment to the pair's arrival, with messages in any order."""

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


async def test_arrival_before_there_is_a_task_is_to_be_told_again(warehouse: Warehouse) -> None:
    with pytest.raises(Unavailable):
        await warehouse.authentication.receive_item(warehouse.received)

    await warehouse.authentication.open_task(warehouse.created)
    await warehouse.authentication.receive_item(warehouse.received)
    assert (await warehouse.task()).status is TaskStatus.RECEIVED


async def test_arrival_told_twice_does_not_disturb_the_review(warehouse: Warehouse) -> None:
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
async def test_cancellation_ends_the_work_on_a_pair_that_arrived(
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


async def test_a_verdict_stands_when_the_order_is_cancelled_after_it(warehouse: Warehouse) -> None:
    task = await warehouse.received_task()
    await warehouse.authentication.claim_task(warehouse.authenticator, task.id)
    decided = await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)
    await warehouse.authentication.cancel_task(warehouse.cancelled)
    assert await warehouse.task() == decided


async def test_cancellation_that_overtakes_the_opening_leaves_no_work(
    warehouse: Warehouse,
) -> None:
    await warehouse.authentication.cancel_task(warehouse.cancelled)
    await warehouse.authentication.open_task(warehouse.created)

    assert (await warehouse.task()).status is TaskStatus.CANCELLED


async def test_late_arrival_of_a_cancelled_order_opens_no_work(warehouse: Warehouse) -> None:
    await warehouse.authentication.cancel_task(warehouse.cancelled)

    await warehouse.authentication.receive_item(warehouse.received)

    assert (await warehouse.task()).status is TaskStatus.CANCELLED


@pytest.mark.parametrize(
    "reason",
    [CancelReason.PAYMENT_DECLINED, CancelReason.PAYMENT_OVERDUE, CancelReason.STOCK_REFUSED],
)
async def test_order_that_was_never_confirmed_leaves_no_task_behind(
    warehouse: Warehouse, reason: CancelReason
) -> None:
    await warehouse.authentication.cancel_task(replace(warehouse.cancelled, reason=reason))

    assert (
        await warehouse.store.authentication_tasks.find_by_order(warehouse.created.order_id) is None
    )


async def test_any_order_of_messages_ends_the_same(warehouse: Warehouse) -> None:
    """`opened` and `cancelled` arrive in some order, each twice."""
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
