"""Which verdicts are accepted, and that a verdict is final."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.core.authentication.verdicts import check_verdict
from solebook.ports.language.authentication import (
    AuthenticationTask,
    Checks,
    TaskStatus,
    Verdict,
)
from solebook.ports.language.errors import (
    InvalidText,
    InvalidVerdict,
    OutOfRange,
    Refusal,
    TaskClaimed,
    TaskNotOpen,
    VerdictGiven,
)
from solebook.ports.language.events import AuthFailed, AuthPassed
from solebook.ports.language.rules import MarketRules

from .warehouse import FAIL, PASS, Warehouse

LEASE = MarketRules().review_lease
PHOTO = PASS.photos[0]


async def test_pass_is_stored_and_emits_an_event(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    await warehouse.clock.advance(timedelta(minutes=5))

    decided = await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)

    assert (decided.status, decided.verdict) == (TaskStatus.PASSED, PASS)
    assert decided.decided_at == warehouse.clock.now()
    assert await warehouse.task() == decided
    assert await warehouse.told() == [
        AuthPassed(task.order_id, task.id, warehouse.authenticator.user_id)
    ]


async def test_fail_emits_an_event_with_its_reason(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()

    decided = await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, FAIL)

    assert (decided.status, decided.verdict) == (TaskStatus.FAILED, FAIL)
    assert FAIL.reason is not None
    assert await warehouse.told() == [
        AuthFailed(task.order_id, task.id, warehouse.authenticator.user_id, FAIL.reason)
    ]


async def test_same_verdict_again_changes_nothing(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    decided = await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, FAIL)
    await warehouse.clock.advance(LEASE * 2)

    spaced = replace(FAIL, reason=f"  {FAIL.reason} ")
    again = await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, spaced)

    assert again == decided
    assert await warehouse.task() == decided
    assert len(await warehouse.told()) == 1


@pytest.mark.parametrize(
    "other", [FAIL, replace(PASS, photos=(PHOTO, PHOTO)), replace(PASS, reason="a fine pair")]
)
async def test_different_verdict_is_refused(warehouse: Warehouse, other: Verdict) -> None:
    task = await warehouse.claimed_task()
    decided = await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)

    with pytest.raises(VerdictGiven) as refusal:
        await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, other)

    assert refusal.value.passed
    assert await warehouse.task() == decided
    assert len(await warehouse.told()) == 1


async def test_same_verdict_by_somebody_else_is_refused(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)

    with pytest.raises(VerdictGiven):
        await warehouse.authentication.give_verdict(warehouse.colleague, task.id, PASS)


async def test_verdict_needs_a_claim(warehouse: Warehouse) -> None:
    task = await warehouse.received_task()

    with pytest.raises(TaskNotOpen):
        await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)
    assert await warehouse.task() == task
    assert await warehouse.told() == []


async def test_cancelled_task_accepts_no_verdict(warehouse: Warehouse) -> None:
    await warehouse.authentication.cancel_task(warehouse.cancelled)
    task = await warehouse.task()

    with pytest.raises(TaskNotOpen):
        await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, FAIL)
    assert await warehouse.task() == task


async def test_verdict_by_somebody_without_the_claim_is_refused(
    warehouse: Warehouse,
) -> None:
    task = await warehouse.claimed_task()

    with pytest.raises(TaskClaimed):
        await warehouse.authentication.give_verdict(warehouse.colleague, task.id, PASS)
    await warehouse.clock.advance(LEASE)
    with pytest.raises(TaskNotOpen):
        await warehouse.authentication.give_verdict(warehouse.colleague, task.id, PASS)
    assert await warehouse.task() == task
    assert await warehouse.told() == []


async def test_verdict_after_the_lease_is_accepted_if_nobody_else_claimed(
    warehouse: Warehouse,
) -> None:
    task = await warehouse.claimed_task()
    await warehouse.clock.advance(LEASE * 2)

    decided = await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)

    assert decided.status is TaskStatus.PASSED


async def test_verdict_after_somebody_else_claimed_is_refused(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()
    await warehouse.clock.advance(LEASE)
    taken_over = await warehouse.authentication.claim_task(warehouse.colleague, task.id)

    with pytest.raises(TaskClaimed):
        await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)
    await warehouse.clock.advance(LEASE)
    with pytest.raises(TaskNotOpen):
        await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS)

    assert await warehouse.task() == taken_over


async def test_of_two_concurrent_verdicts_one_stands(warehouse: Warehouse) -> None:
    task = await warehouse.claimed_task()

    outcomes = await asyncio.gather(
        warehouse.authentication.give_verdict(warehouse.authenticator, task.id, PASS),
        warehouse.authentication.give_verdict(warehouse.authenticator, task.id, FAIL),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, AuthenticationTask) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, VerdictGiven) for outcome in outcomes) == 1
    assert len(await warehouse.told()) == 1


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_verdict_is_accepted_exactly_if_it_has_its_evidence(
    passed: bool, box: bool, markers: bool, size: bool, photo: bool, reason: bool
) -> None:
    verdict = Verdict(
        passed=passed,
        checks=Checks(box_condition=box, authenticity_markers=markers, size_verification=size),
        photos=(PHOTO,) if photo else (),
        reason="worn soles" if reason else None,
    )
    evident = (box and markers and size and photo) if passed else reason

    if evident:
        assert check_verdict(verdict) == verdict
    else:
        with pytest.raises(InvalidVerdict):
            check_verdict(verdict)


@pytest.mark.parametrize(
    ("verdict", "refusal"),
    [
        (replace(PASS, photos=(PHOTO,) * 21), OutOfRange),
        (replace(PASS, photos=(PHOTO, "")), InvalidText),
        (replace(PASS, photos=("ftp://photos.example.com/1.jpg",)), InvalidText),
        (replace(PASS, photos=("javascript:alert(1)",)), InvalidText),
        (replace(PASS, photos=("https://",)), InvalidText),
        (replace(PASS, photos=("https://[photos.example.com/1.jpg",)), InvalidText),
        (replace(PASS, photos=("https://photos.example.com/a b",)), InvalidText),
        (replace(PASS, photos=("https://photos.example.com/" + "a" * 2_022,)), InvalidText),
        (replace(FAIL, reason="x" * 1_001), InvalidText),
        (replace(FAIL, reason="split\u2028line"), InvalidText),
        (replace(FAIL, reason="   "), InvalidVerdict),
    ],
)
async def test_malformed_verdict_is_refused_and_changes_nothing(
    warehouse: Warehouse, verdict: Verdict, refusal: type[Refusal]
) -> None:
    task = await warehouse.claimed_task()

    with pytest.raises(refusal):
        await warehouse.authentication.give_verdict(warehouse.authenticator, task.id, verdict)

    assert await warehouse.task() == task
    assert await warehouse.told() == []


def test_largest_verdict_is_accepted() -> None:
    photo = "https://photos.example.com/" + "a" * 2_021
    assert len(photo) == 2_048
    verdict = replace(FAIL, photos=(photo,) * 20, reason="x" * 1_000)

    assert check_verdict(verdict) == verdict
