"""A pair is not to be authenticated any more."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.events import OrderCancelled
from ...ports.language.ids import TaskId
from ...ports.transaction import Transaction
from .task_states import cancelled, has_task, new_task


@dataclass(frozen=True, slots=True)
class CancelTask:
    """The task of a cancelled order is cancelled with it: its pair goes back without a verdict.

    If the message overtook the one that opens the task, a task that is cancelled from the start
    takes its place, so that none opens later. An order that was never confirmed has no task.
    """

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    clock: Clock
    ids: Ids

    async def __call__(self, event: OrderCancelled) -> None:
        if not has_task(event):
            return
        stillborn = new_task(event, TaskId(self.ids.new()), self.clock.now())
        async with self.transaction():
            # Adding comes first: between a look and an addition the task could be opened.
            if await self.authentication_tasks.add(stillborn):
                return
            task = await self.authentication_tasks.find_by_order(event.order_id)
            assert task is not None, event.order_id
            after = cancelled(task)
            if after is not task:
                await self.authentication_tasks.save(after)
