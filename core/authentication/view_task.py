"""View an authentication task."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.language.authentication import AuthenticationTask
from ...ports.language.ids import OrderId, TaskId
from ...ports.language.users import Actor
from .shown_tasks import check_may_see_tasks, show_task


@dataclass(frozen=True, slots=True)
class ViewTask:
    """Authenticators and admins view a task.

    The order's buyer and seller do not see its authenticator.
    """

    authentication_tasks: AuthenticationTasks

    async def __call__(self, actor: Actor, task_id: TaskId) -> AuthenticationTask:
        """Return the task. Raises Forbidden, NotFound."""
        check_may_see_tasks(actor, "view task")
        return show_task(await self.authentication_tasks.get(task_id), actor)

    async def of_order(self, actor: Actor, order_id: OrderId) -> AuthenticationTask | None:
        """Return the task of an order, or None if it has none. Raises Forbidden."""
        check_may_see_tasks(actor, "view task")
        task = await self.authentication_tasks.find_by_order(order_id)
        return None if task is None else show_task(task, actor)
