"""A pair has arrived at the warehouse."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.events import OrderReceived
from ...ports.transaction import Transaction
from .task_states import received


@dataclass(frozen=True, slots=True)
class ReceiveItem:
    """The task of a pair that the warehouse scanned in can be claimed.

    The second time changes nothing.
    """

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    clock: Clock

    async def __call__(self, event: OrderReceived) -> None:
        """Open the task to be claimed.

        Raises Unavailable while the order has no task: the message that opens it is to come.
        """
        async with self.transaction():
            task = await self.authentication_tasks.find_by_order(event.order_id)
            if task is None:
                raise Unavailable(what=f"the authentication task of order {event.order_id}")
            after = received(task, self.clock.now())
            if after is not task:
                await self.authentication_tasks.save(after)
