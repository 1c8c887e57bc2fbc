"""Claim a pair and give its verdict."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.language.authentication import AuthenticationTask, TaskStatus, Verdict
from ...ports.language.ids import TaskId
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from .claim_task import ClaimTask
from .give_verdict import GiveVerdict


@dataclass(frozen=True, slots=True)
class CompleteReview:
    """An authenticator claims a received pair, unless they have, and gives the verdict, in one."""

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    claim_task: ClaimTask
    give_verdict: GiveVerdict

    async def __call__(self, actor: Actor, task_id: TaskId, verdict: Verdict) -> AuthenticationTask:
        """Return the decided task.

        Raises Forbidden, NotFound, PartyToTheOrder, InvalidVerdict, InvalidText, OutOfRange,
        TaskNotOpen, TaskClaimed, VerdictGiven, Outdated.
        """
        async with self.transaction():
            task = await self.authentication_tasks.get(task_id)
            if task.status is TaskStatus.RECEIVED:
                await self.claim_task(actor, task_id)
            return await self.give_verdict(actor, task_id, verdict)
