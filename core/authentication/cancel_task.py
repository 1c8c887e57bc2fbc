"""Cancel the authentication task of a cancelled order."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.deadlines import DeadlineKind
from ...ports.language.events import OrderCancelled
from ...ports.language.ids import TaskId
from ...ports.outbox import Deadlines
from ...ports.transaction import Transaction
from .task_states import cancelled, has_task, new_task


@dataclass(frozen=True, slots=True)
class CancelTask:
    """Cancels the task of a cancelled order: the pair is returned without a verdict.

    If the cancellation arrives before the message that opens the task, it adds a cancelled task, so
    that none opens later. An order that was never confirmed has no task.

    The task may have been claimed after the order ended, so its deadlines end here too.
    """

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    deadlines: Deadlines
    clock: Clock
    ids: Ids

    async def __call__(self, event: OrderCancelled) -> None:
        if not has_task(event):
            return
        cancelled_task = new_task(event, TaskId(self.ids.new()), self.clock.now())
        async with self.transaction():
            # Add before reading: between a read and an add, the task could be opened.
            if await self.authentication_tasks.add(cancelled_task):
                return
            task = await self.authentication_tasks.find_by_order(event.order_id)
            assert task is not None, event.order_id
            after = cancelled(task)
            if after is not task:
                await self.authentication_tasks.save(after)
            await self.deadlines.clear(event.order_id, [DeadlineKind.CLAIM, DeadlineKind.REVIEW])
