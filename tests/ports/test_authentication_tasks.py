"""Contract of AuthenticationTasks."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.authentication import (
    AuthenticationTask,
    Checks,
    TaskStatus,
    Verdict,
)
from solebook.ports.language.errors import NotFound, Outdated
from solebook.ports.language.ids import TaskId
from solebook.ports.language.market import Condition
from solebook.ports.language.paging import PageRequest

from .pages import all_pages
from .records import Records


async def add(store: Store, task: AuthenticationTask) -> bool:
    async with store.transaction():
        return await store.authentication_tasks.add(task)


async def save(store: Store, task: AuthenticationTask) -> None:
    async with store.transaction():
        await store.authentication_tasks.save(task)


async def test_an_added_task_is_found_by_id_and_by_order(store: Store, records: Records) -> None:
    task = records.task(book=records.book(size="6Y", condition=Condition.USED))
    other = records.task()
    assert await add(store, task) is True
    assert await add(store, other) is True
    assert await store.authentication_tasks.get(task.id) == task
    assert await store.authentication_tasks.find_by_order(task.order_id) == task
    assert await store.authentication_tasks.find_by_order(records.order_id()) is None


async def test_an_unknown_task_is_not_found(store: Store, records: Records) -> None:
    unknown = TaskId(records.ids.new())
    with pytest.raises(NotFound) as refused:
        await store.authentication_tasks.get(unknown)
    assert refused.value.id == unknown
    with pytest.raises(NotFound):
        await save(store, records.task(version=2))


async def test_an_order_has_one_task(store: Store, records: Records) -> None:
    first = records.task()
    await add(store, first)
    second = records.task(order_id=first.order_id)
    assert await add(store, second) is False
    assert await store.authentication_tasks.find_by_order(first.order_id) == first
    with pytest.raises(NotFound):
        await store.authentication_tasks.get(second.id)


async def test_a_task_is_opened_unless_its_order_has_one(store: Store, records: Records) -> None:
    first, other = records.task(), records.task()
    second = records.task(order_id=first.order_id)
    async with store.transaction():
        for task in (first, second, other):
            await store.authentication_tasks.open(task)
        assert await store.authentication_tasks.get(first.id) == first
    async with store.transaction():
        await store.authentication_tasks.open(second)
    assert await store.authentication_tasks.find_by_order(first.order_id) == first
    assert await store.authentication_tasks.find_by_order(other.order_id) == other
    with pytest.raises(NotFound):
        await store.authentication_tasks.get(second.id)


async def test_only_one_of_many_concurrent_tasks_for_an_order_is_added(
    store: Store, records: Records
) -> None:
    order_id = records.order_id()
    tasks = [records.task(order_id=order_id) for _ in range(5)]
    assert sum(await asyncio.gather(*(add(store, task) for task in tasks))) == 1


async def test_the_next_version_replaces_the_task(store: Store, records: Records) -> None:
    task = records.task()
    await add(store, task)
    claimed = replace(
        task,
        status=TaskStatus.IN_REVIEW,
        received_at=records.instant,
        authenticator_id=records.user_id(),
        lease_until=records.instant + timedelta(minutes=30),
        version=2,
    )
    await save(store, claimed)
    assert await store.authentication_tasks.get(task.id) == claimed
    verdict = Verdict(
        passed=False,
        checks=Checks(box_condition=True, authenticity_markers=False, size_verification=True),
        photos=("https://img.example.com/1.jpg", "https://img.example.com/2.jpg"),
        reason="the stitching is wrong",
    )
    failed = replace(
        claimed, status=TaskStatus.FAILED, verdict=verdict, decided_at=records.instant, version=3
    )
    await save(store, failed)
    assert await store.authentication_tasks.get(task.id) == failed
    assert await store.authentication_tasks.find_by_order(task.order_id) == failed


@pytest.mark.parametrize("version", [1, 2, 4])
async def test_any_other_version_is_outdated(store: Store, records: Records, version: int) -> None:
    task = records.task()
    await add(store, task)
    current = replace(task, status=TaskStatus.RECEIVED, version=2)
    await save(store, current)
    with pytest.raises(Outdated) as refused:
        await save(store, replace(task, status=TaskStatus.CANCELLED, version=version))
    assert refused.value.id == task.id
    assert await store.authentication_tasks.get(task.id) == current


async def test_of_two_changes_to_a_version_at_once_one_is_outdated(
    store: Store, records: Records
) -> None:
    task = records.task()
    await add(store, task)
    changes = [
        replace(task, authenticator_id=records.user_id(), status=TaskStatus.IN_REVIEW, version=2)
        for _ in range(2)
    ]
    outcomes = await asyncio.gather(*(save(store, c) for c in changes), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Outdated"]


async def test_tasks_are_paged_newest_first(store: Store, records: Records) -> None:
    tasks = [records.task() for _ in range(5)]
    for n in (1, 4, 0, 3, 2):
        await add(store, tasks[n])
    assert await all_pages(store.authentication_tasks.page) == tasks[::-1]


async def test_tasks_of_one_status_are_paged(store: Store, records: Records) -> None:
    tasks = [records.task() for _ in range(7)]
    for task in tasks:
        await add(store, task)
    received = [replace(task, status=TaskStatus.RECEIVED, version=2) for task in tasks[::2]]
    for task in received:
        await save(store, task)
    page = store.authentication_tasks.page
    assert await all_pages(lambda r: page(r, TaskStatus.RECEIVED), limit=3) == received[::-1]
    waiting = tasks[1::2]
    assert await all_pages(lambda r: page(r, TaskStatus.AWAITING_ITEM), limit=1) == waiting[::-1]
    none = await page(PageRequest(), TaskStatus.PASSED)
    assert (tuple(none.items), none.next_cursor) == ((), None)


async def test_waiting_pairs_are_paged_longest_here_first(store: Store, records: Records) -> None:
    tasks = [records.task() for _ in range(7)]
    for task in tasks:
        await add(store, task)
    hours = (3, 1, 2, 1, 5)  # two arrived at once
    here = [
        replace(
            task,
            status=TaskStatus.RECEIVED,
            received_at=records.instant + timedelta(hours=hour),
            version=2,
        )
        for task, hour in zip(tasks, hours, strict=False)
    ]
    for task in here:
        await save(store, task)

    waiting = store.authentication_tasks.waiting
    longest = [here[n] for n in (1, 3, 2, 0, 4)]
    assert await all_pages(lambda r: waiting(r, TaskStatus.RECEIVED)) == longest
    none = await waiting(PageRequest(), TaskStatus.IN_REVIEW)
    assert (none.items, none.next_cursor) == ((), None)
    unknown = await waiting(PageRequest(after=records.order_id()), TaskStatus.RECEIVED)
    assert unknown.items == ()
