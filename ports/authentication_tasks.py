"""The port to stored authentication tasks."""

from typing import Protocol

from .language.authentication import AuthenticationTask, TaskStatus
from .language.ids import OrderId, TaskId
from .language.paging import Page, PageRequest


class AuthenticationTasks(Protocol):
    """Authentication tasks, one per order. Writes need a transaction."""

    async def add(self, task: AuthenticationTask) -> bool:
        """Store a new task. Return False and change nothing if its order already has one."""
        ...

    async def open(self, task: AuthenticationTask) -> None:
        """Store a new task, at the end of the transaction, unless its order already has one."""
        ...

    async def save(self, task: AuthenticationTask) -> None:
        """Replace version `task.version - 1`. Raises NotFound, Outdated."""
        ...

    async def get(self, task_id: TaskId) -> AuthenticationTask:
        """Return the task, locked until the end of a transaction. Raises NotFound."""
        ...

    async def find_by_order(self, order_id: OrderId) -> AuthenticationTask | None:
        """Return the order's task, locked like `get`, or None."""
        ...

    async def page(
        self, request: PageRequest, status: TaskStatus | None = None
    ) -> Page[AuthenticationTask]:
        """Return a page of tasks, newest first."""
        ...

    async def waiting(self, request: PageRequest, status: TaskStatus) -> Page[AuthenticationTask]:
        """Return a page of tasks whose pairs were received, the longest here first."""
        ...
