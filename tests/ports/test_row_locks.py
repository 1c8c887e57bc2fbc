"""Rows that `get` and `find` read in a transaction are locked until its end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.authentication import TaskStatus
from solebook.ports.language.orders import PaymentStatus
from solebook.ports.language.payments import (
    PayoutState,
)

from .records import Records

PATIENCE = 60.0
"""Seconds of real time after which something hangs."""


async def test_changes_to_a_user_read_in_the_transaction_are_never_lost(
    store: Store, records: Records
) -> None:
    user = records.user(first_name="")
    async with store.transaction():
        await store.users.add(user)

    async def append() -> None:
        async with store.transaction():
            read = await store.users.get(user.id)
            await asyncio.sleep(0)
            await store.users.save(replace(read, first_name=read.first_name + "x"))

    await at_once(append)
    assert (await store.users.get(user.id)).first_name == "xxxxx"


async def test_changes_to_a_payment_read_in_the_transaction_are_never_lost(
    store: Store, records: Records
) -> None:
    payment = records.payment(reason="")
    async with store.transaction():
        await store.payments.open_or_lock(payment)

    async def append() -> None:
        async with store.transaction():
            read = await store.payments.find(payment.order_id)
            assert read is not None
            await asyncio.sleep(0)
            reason = f"{read.reason}x"
            await store.payments.save(replace(read, status=PaymentStatus.DECLINED, reason=reason))

    await at_once(append)
    read = await store.payments.find(payment.order_id)
    assert read is not None
    assert read.reason == "xxxxx"


async def test_changes_to_a_payout_read_in_the_transaction_are_never_lost(
    store: Store, records: Records
) -> None:
    payout = records.payout(reason="")
    async with store.transaction():
        await store.payouts.open_or_lock(payout)

    async def append() -> None:
        async with store.transaction():
            read = await store.payouts.find(payout.order_id)
            assert read is not None
            await asyncio.sleep(0)
            reason = f"{read.reason}x"
            await store.payouts.save(replace(read, state=PayoutState.REFUSED, reason=reason))

    await at_once(append)
    read = await store.payouts.find(payout.order_id)
    assert read is not None
    assert read.reason == "xxxxx"


async def test_changes_to_a_notification_read_in_the_transaction_are_never_lost(
    store: Store, records: Records
) -> None:
    notification = records.notification(records.user_id(), read_at=records.instant)
    async with store.transaction():
        await store.notifications.add(notification)

    async def postpone() -> None:
        async with store.transaction():
            read = await store.notifications.find(notification.id)
            assert read is not None
            assert read.read_at is not None
            await asyncio.sleep(0)
            await store.notifications.mark(read.id, read.read_at + timedelta(days=1))

    await at_once(postpone)
    read = await store.notifications.find(notification.id)
    assert read is not None
    assert read.read_at == records.instant + timedelta(days=5)


@pytest.mark.parametrize("by_order", [False, True])
async def test_changes_to_a_task_read_in_the_transaction_are_never_outdated(
    store: Store, records: Records, by_order: bool
) -> None:
    task = records.task()
    async with store.transaction():
        await store.authentication_tasks.add(task)

    async def change() -> None:
        async with store.transaction():
            if by_order:
                read = await store.authentication_tasks.find_by_order(task.order_id)
                assert read is not None
            else:
                read = await store.authentication_tasks.get(task.id)
            await asyncio.sleep(0)
            changed = replace(read, status=TaskStatus.RECEIVED, version=read.version + 1)
            await store.authentication_tasks.save(changed)

    await at_once(change)
    assert (await store.authentication_tasks.get(task.id)).version == 6


async def at_once(work: Callable[[], Awaitable[None]]) -> None:
    """Run the same work five times, concurrently."""

    async def run() -> None:
        await work()

    await asyncio.wait_for(asyncio.gather(*(run() for _ in range(5))), PATIENCE)
