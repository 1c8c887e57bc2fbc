"""Who may see which tasks, and which fields."""

from dataclasses import replace

import pytest

from solebook.core.authentication.list_tasks import ListTasks
from solebook.core.authentication.view_task import ViewTask
from solebook.ports.language.authentication import TaskStatus
from solebook.ports.language.errors import Forbidden
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Actor, Role

from .warehouse import Warehouse

PAGE = PageRequest(limit=10)


@pytest.fixture
def list_tasks(warehouse: Warehouse) -> ListTasks:
    return ListTasks(warehouse.store.authentication_tasks)


@pytest.fixture
def view_task(warehouse: Warehouse) -> ViewTask:
    return ViewTask(warehouse.store.authentication_tasks)


async def test_staff_see_every_task(
    warehouse: Warehouse, list_tasks: ListTasks, view_task: ViewTask
) -> None:
    task = await warehouse.claimed_task()

    assert (await list_tasks(warehouse.colleague, PAGE)).items == (task,)
    assert (await list_tasks(warehouse.colleague, PAGE, TaskStatus.PASSED)).items == ()
    assert await view_task(warehouse.colleague, task.id) == task
    assert await view_task.of_order(warehouse.colleague, task.order_id) == task


async def test_a_party_who_is_staff_does_not_see_the_authenticator(
    warehouse: Warehouse, list_tasks: ListTasks, view_task: ViewTask
) -> None:
    task = await warehouse.claimed_task()
    seller = replace(warehouse.colleague, user_id=task.seller_id)

    hidden = replace(task, authenticator_id=None)
    assert (await list_tasks(seller, PAGE)).items == (hidden,)
    assert await view_task(seller, task.id) == hidden


async def test_nobody_else_sees_tasks(
    warehouse: Warehouse, list_tasks: ListTasks, view_task: ViewTask
) -> None:
    task = await warehouse.claimed_task()
    buyer = Actor(task.buyer_id, frozenset({Role.BUYER}))

    with pytest.raises(Forbidden):
        await list_tasks(buyer, PAGE)
    with pytest.raises(Forbidden):
        await view_task(buyer, task.id)
    with pytest.raises(Forbidden):
        await view_task.of_order(buyer, task.order_id)
