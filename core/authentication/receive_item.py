"""Receive a pair at the warehouse."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.events import OrderReceived
from ...ports.transaction import Transaction
from .task_states import received


@dataclass(frozen=True, slots=True)
class ReceiveItem:
    """Makes the task of a pair claimable when the warehouse scans it in. Idempotent."""

    transaction: Transaction
    authentication_tasks: AuthenticationTasks
    clock: Clock

    async def __call__(self, event: OrderReceived) -> None:
        """Mark the task as received.

        Raises Unavailable if the message that opens the task has not arrived yet.
        """
        async with self.transaction():
            task = await self.authentication_tasks.find_by_order(event.order_id)
            if task is None:
                raise Unavailable(what=f"the authentication task of order {event.order_id}")
            after = received(task, self.clock.now())
            if after is not task:
                await self.authentication_tasks.save(after)
