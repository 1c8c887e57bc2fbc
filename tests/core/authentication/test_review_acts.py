"""What somebody can do in a review is what the use cases accept."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from solebook.core.authentication.list_review_acts import ReviewAct
from solebook.ports.language.authentication import AuthenticationTask
from solebook.ports.language.errors import Forbidden, Refusal
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import Actor, Role

from .warehouse import FAIL, Warehouse

Reach = Callable[[Warehouse], Awaitable[object]]


async def _open(warehouse: Warehouse) -> None:
    await warehouse.authentication.open_task(warehouse.created)


async def _abandoned(warehouse: Warehouse) -> None:
    await warehouse.claimed_task()
    await warehouse.clock.advance(MarketRules().review_lease)


async def _decided(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, FAIL)


def _with(warehouse: Warehouse, role: Role) -> Actor:
    return replace(warehouse.authenticator, roles=frozenset({role}))


async def _is_accepted(
    warehouse: Warehouse, who: Actor, task: AuthenticationTask, act: ReviewAct
) -> bool:
    try:
        if act is ReviewAct.CLAIM:
            await warehouse.authentication.claim_task(who, task.id)
        else:
            await warehouse.authentication.give_verdict(who, task.id, FAIL)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("act", ReviewAct)
@pytest.mark.parametrize("who", ["authenticator", "colleague", "admin", "party"])
@pytest.mark.parametrize(
    "reach", [_open, Warehouse.received_task, Warehouse.claimed_task, _abandoned]
)
async def test_an_act_is_listed_if_and_only_if_it_is_accepted(
    warehouse: Warehouse, reach: Reach, who: str, act: ReviewAct
) -> None:
    await reach(warehouse)
    task = await warehouse.task()
    actor = {
        "authenticator": warehouse.authenticator,
        "colleague": warehouse.colleague,
        "admin": _with(warehouse, Role.ADMIN),
        "party": Actor(task.buyer_id, warehouse.authenticator.roles),
    }[who]

    listed = await warehouse.authentication.list_review_acts(actor, task.order_id)

    assert (act in listed) == await _is_accepted(warehouse, actor, task, act)


async def test_nothing_is_listed_once_the_verdict_is_given(warehouse: Warehouse) -> None:
    await _decided(warehouse)
    list_acts = warehouse.authentication.list_review_acts
    order_id = warehouse.created.order_id

    assert await list_acts(warehouse.authenticator, order_id) == frozenset()
    assert await list_acts(warehouse.colleague, order_id) == frozenset()


async def test_nothing_is_listed_for_an_order_without_a_task(warehouse: Warehouse) -> None:
    list_acts = warehouse.authentication.list_review_acts

    assert await list_acts(warehouse.authenticator, warehouse.created.order_id) == frozenset()


async def test_who_may_not_see_tasks_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(Forbidden):
        await warehouse.authentication.list_review_acts(
            _with(warehouse, Role.BUYER), warehouse.created.order_id
        )
