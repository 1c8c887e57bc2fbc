"""Claims: who may review a pair, and for how long."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.ports.language.authentication import AuthenticationTask, TaskStatus
from solebook.ports.language.errors import (
    Forbidden,
    NotFound,
    PartyToTheOrder,
    TaskClaimed,
    TaskNotOpen,
)
from solebook.ports.language.ids import TaskId
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import Role

from .warehouse import PASS, Warehouse

LEASE = MarketRules().review_lease
INSTANT = timedelta(microseconds=1)


async def test_claim_puts_the_pair_in_review_for_the_length_of_a_lease(
    warehouse: Warehouse,
) -> None:
    task = await warehouse.received_task()

    claimed = await warehouse.authentication.claim_task(warehouse.authenticator, task.id)

    assert claimed.status is TaskStatus.IN_REVIEW
    assert claimed.authenticator_id == warehouse.authenticator.user_id
    assert claimed.lease_until == warehouse.clock.now() + LEASE
    assert await warehouse.task() == claimed


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUTHENTICATOR])
async def test_only_authenticators_claim_and_give_verdicts(
    warehouse: Warehouse, role: Role
) -> None:
    task = await warehouse.received_task()
    somebody = replace(warehouse.authenticator, roles=frozenset({role}))

    with pytest.raises(Forbidden):
        await warehouse.authentication.claim_task(somebody, task.id)
    with pytest.raises(Forbidden):
        await warehouse.authentication.give_verdict(somebody, task.id, PASS)
    assert await warehouse.task() == task


async def test_unknown_task_is_not_found(warehouse: Warehouse) -> None:
    unknown = TaskId(warehouse.created.order_id)

    with pytest.raises(NotFound):
        await warehouse.authentication.claim_task(warehouse.authenticator, unknown)
    with pytest.raises(NotFound):
        await warehouse.authentication.give_verdict(warehouse.authenticator, unknown, PASS)


async def test_buyer_and_seller_may_not_review_their_own_pair(warehouse: Warehouse) -> None:
    task = await warehouse.received_task()

    for party in (task.buyer_id, task.seller_id):
        with pytest.raises(PartyToTheOrder):
            await warehouse.authentication.claim_task(
                replace(warehouse.authenticator, user_id=party), task.id
            )
    assert await warehouse.task() == task


async def test_pair_that_has_not_arrived_cannot_be_claimed(warehouse: Warehouse) -> None:
    await warehouse.authentication.open_task(warehouse.created)
    task = await warehouse.task()

    with pytest.raises(TaskNotOpen) as refusal:
        await warehouse.authentication.claim_task(warehouse.authenticator, task.id)

    assert refusal.value.status == TaskStatus.AWAITING_ITEM
    assert await warehouse.task() == task


@pytest.mark.parametrize("end", ["passed", "cancelled"])
async def test_finished_task_cannot_be_claimed(warehouse: Warehouse, end: str) -> None:
    if end == "passed":
        task = await warehouse.claimed_task()
        await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)
    else:
        await warehouse.authentication.open_task(warehouse.created)
        await warehouse.authentication.cancel_task(warehouse.cancelled)
    task = await warehouse.task()

    with pytest.raises(TaskNotOpen):
        await warehouse.authentication.claim_task(warehouse.authenticator, task.id)
    assert await warehouse.task() == task


async def test_claimed_pair_is_refused_to_another_until_the_lease_expires(
    warehouse: Warehouse,
) -> None:
    task = await warehouse.claimed_task()

    await warehouse.clock.advance(LEASE - INSTANT)
    with pytest.raises(TaskClaimed) as refusal:
        await warehouse.authentication.claim_task(warehouse.colleague, task.id)
    assert refusal.value.until == task.lease_until

    await warehouse.clock.advance(INSTANT)
    claimed = await warehouse.authentication.claim_task(warehouse.colleague, task.id)
    assert claimed.authenticator_id == warehouse.colleague.user_id
    assert claimed.lease_until == warehouse.clock.now() + LEASE


async def test_claiming_again_renews_the_lease(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    await warehouse.clock.advance(LEASE / 2)

    renewed = await warehouse.authentication.claim_task(warehouse.authenticator, task.id)

    assert renewed.lease_until == warehouse.clock.now() + LEASE
    await warehouse.clock.advance(LEASE * 3 / 4)
    with pytest.raises(TaskClaimed):
        await warehouse.authentication.claim_task(warehouse.colleague, task.id)


async def test_of_two_concurrent_claims_one_wins(warehouse: Warehouse) -> None:
    task = await warehouse.received_task()

    outcomes = await asyncio.gather(
        warehouse.authentication.claim_task(warehouse.authenticator, task.id),
        warehouse.authentication.claim_task(warehouse.colleague, task.id),
        return_exceptions=True,
    )

    winners = [outcome for outcome in outcomes if isinstance(outcome, AuthenticationTask)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, TaskClaimed)]
    assert (len(winners), len(losers)) == (1, 1)
    assert await warehouse.task() == winners[0]
