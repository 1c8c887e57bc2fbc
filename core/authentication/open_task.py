"""Open the authentication task of a paid order."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.events import OrderConfirmed
from ...ports.language.ids import TaskId
from ...ports.transaction import Transaction
from .task_states import new_task


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Opens one task for a paid order, to await its pair.

    It changes nothing if the order has a task already, even a cancelled one.
    """

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    clock: Clock
    ids: Ids

    async def __call__(self, event: OrderConfirmed) -> None:
        task = new_task(event, TaskId(self.ids.new()), self.clock.now())
        async with self.transaction():
            await self.authentication_tasks.open(task)
