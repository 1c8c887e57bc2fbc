"""The rules of a review: who may claim a task, and who may give its verdict."""

from dataclasses import replace
from datetime import datetime, timedelta

from ...ports.language.authentication import AuthenticationTask, TaskStatus, Verdict
from ...ports.language.errors import TaskClaimed, TaskNotOpen, VerdictGiven
from ...ports.language.events import AuthFailed, AuthPassed
from ...ports.language.ids import UserId
from ...ports.language.staff import check_no_party, check_role
from ...ports.language.users import Actor, Role


def check_authenticator(actor: Actor, task: AuthenticationTask) -> None:
    """Raise Forbidden if the actor is no authenticator, PartyToTheOrder if buyer or seller."""
    check_role(actor, Role.AUTHENTICATOR, "review a pair")
    check_no_party(actor, task.order_id, buyer_id=task.buyer_id, seller_id=task.seller_id)


def claimed(
    task: AuthenticationTask, by: UserId, at: datetime, lease: timedelta
) -> AuthenticationTask:
    """Return the task claimed by `by` until `at + lease`.

    Raises TaskNotOpen, and TaskClaimed while somebody else holds the lease.
    """
    if task.status not in (TaskStatus.RECEIVED, TaskStatus.IN_REVIEW):
        raise TaskNotOpen(task_id=task.id, status=task.status, action="claimed")
    _check_lease(task, by, at)
    return replace(
        task,
        status=TaskStatus.IN_REVIEW,
        authenticator_id=by,
        lease_until=at + lease,
        version=task.version + 1,
    )


def decided(
    task: AuthenticationTask, by: UserId, verdict: Verdict, at: datetime
) -> AuthenticationTask:
    """Return the task with its verdict, or unchanged if `by` repeats the same verdict.

    The lease may have expired, unless somebody else has claimed the task since.
    Raises VerdictGiven, TaskClaimed, TaskNotOpen.
    """
    if task.verdict is not None:
        if task.verdict == verdict and task.authenticator_id == by:
            return task
        raise VerdictGiven(task_id=task.id, passed=task.verdict.passed)
    _check_lease(task, by, at)
    if task.status is not TaskStatus.IN_REVIEW or task.authenticator_id != by:
        raise TaskNotOpen(
            task_id=task.id, status=task.status, action="judged by somebody who has not claimed it"
        )
    return replace(
        task,
        status=TaskStatus.PASSED if verdict.passed else TaskStatus.FAILED,
        lease_until=None,
        verdict=verdict,
        decided_at=at,
        version=task.version + 1,
    )


def check_reviewing(actor: Actor, task: AuthenticationTask, at: datetime, action: str) -> None:
    """Raise unless the actor reviews the pair, also after the lease if nobody else claimed it.

    Raises Forbidden, PartyToTheOrder, TaskClaimed, TaskNotOpen.
    """
    check_authenticator(actor, task)
    _check_lease(task, actor.user_id, at)
    if task.status is not TaskStatus.IN_REVIEW or task.authenticator_id != actor.user_id:
        raise TaskNotOpen(task_id=task.id, status=task.status, action=action)


def verdict_event(
    task: AuthenticationTask,
) -> AuthPassed | AuthFailed:
    """Return the event for a decided task."""
    assert task.verdict is not None, task
    assert task.authenticator_id is not None, task
    if task.verdict.passed:
        return AuthPassed(task.order_id, task.id, task.authenticator_id)
    assert task.verdict.reason is not None, task
    return AuthFailed(task.order_id, task.id, task.authenticator_id, task.verdict.reason)


def _check_lease(task: AuthenticationTask, by: UserId, at: datetime) -> None:
    """Raise TaskClaimed while somebody else holds the lease."""
    if task.lease_until is not None and at < task.lease_until and task.authenticator_id != by:
        raise TaskClaimed(task_id=task.id, until=task.lease_until)
