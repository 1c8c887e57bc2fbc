"""Claim an authentication task."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.alarms import Alarms
from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.language.alarms import ALARMS
from ...ports.language.authentication import AuthenticationTask, TaskStatus
from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.ids import OrderId, TaskId
from ...ports.language.rules import MarketRules
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.outbox import Deadlines
from ...ports.transaction import Transaction
from .review import check_authenticator, claimed


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """An authenticator claims a received pair for review, exclusively for `rules.review_lease`.

    Claiming it again renews the lease. After the lease expires, anybody else may claim the task,
    except the order's buyer and seller. A verdict is due `rules.review_window` after the first
    claim.
    """

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    deadlines: Deadlines
    alarms: Alarms
    clock: Clock
    rules: MarketRules

    async def __call__(self, actor: Actor, task_id: TaskId) -> AuthenticationTask:
        """Return the claimed task.

        Raises Forbidden, NotFound, PartyToTheOrder, TaskNotOpen, TaskClaimed, Outdated.
        """
        check_role(actor, Role.AUTHENTICATOR, "review a pair")
        now = self.clock.now()
        async with self.transaction():
            task = await self.authentication_tasks.get(task_id)
            check_authenticator(actor, task)
            after = claimed(task, actor.user_id, now, self.rules.review_lease)
            await self.authentication_tasks.save(after)
            if task.status is TaskStatus.RECEIVED:
                await self._begin_review(task.order_id, now)
        return after

    async def _begin_review(self, order_id: OrderId, now: datetime) -> None:
        """Replace the deadline for a claim with the deadline for a verdict."""
        await self.deadlines.clear(order_id, [DeadlineKind.CLAIM])
        await self.alarms.close(order_id, [ALARMS[DeadlineKind.CLAIM]], now)
        due_at = now + self.rules.review_window
        await self.deadlines.set(Deadline(DeadlineKind.REVIEW, order_id, due_at))
