"""List authentication tasks."""

from dataclasses import dataclass

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.language.authentication import AuthenticationTask, TaskStatus
from ...ports.language.paging import Page, PageRequest
from ...ports.language.users import Actor
from .shown_tasks import check_may_see_tasks, show_task


@dataclass(frozen=True, slots=True)
class ListTasks:
    """Authenticators and admins list all tasks.

    The buyer or seller of an order does not see the authenticator of its task.
    """

    authentication_tasks: AuthenticationTasks

    async def __call__(
        self, actor: Actor, request: PageRequest, status: TaskStatus | None = None
    ) -> Page[AuthenticationTask]:
        """Return a page of tasks, newest first, filtered by `status` if given.

        Raises Forbidden.
        """
        check_may_see_tasks(actor, "list tasks")
        page = await self.authentication_tasks.page(request, status)
        return Page(tuple(show_task(task, actor) for task in page.items), page.next_cursor)
