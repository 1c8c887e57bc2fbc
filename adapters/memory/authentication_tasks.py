"""Authentication tasks, in memory."""

from ...ports.authentication_tasks import AuthenticationTasks
from ...ports.language.authentication import AuthenticationTask, TaskStatus
from ...ports.language.errors import NotFound, Outdated
from ...ports.language.ids import OrderId, TaskId
from ...ports.language.paging import Page, PageRequest
from .database import MemoryAdapter
from .paging import newest_first


class MemoryAuthenticationTasks(MemoryAdapter, AuthenticationTasks):
    """Tasks by id, by order and by status."""

    async def add(self, task: AuthenticationTask) -> bool:
        await self._database.writing()
        if task.order_id in self._tables.task_of_order:
            return False
        self._database.put(self._tables.tasks, task.id, task)
        self._database.put(self._tables.task_of_order, task.order_id, task.id)
        self._database.put(self._tables.tasks_by_status[task.status], task.id, None)
        return True

    async def open(self, task: AuthenticationTask) -> None:
        await self.add(task)

    async def save(self, task: AuthenticationTask) -> None:
        await self._database.writing()
        before = await self.get(task.id)
        if before.version != task.version - 1:
            raise Outdated(what="authentication task", id=task.id)
        self._database.put(self._tables.tasks, task.id, task)
        if task.status is not before.status:
            self._database.remove(self._tables.tasks_by_status[before.status], task.id)
            self._database.put(self._tables.tasks_by_status[task.status], task.id, None)

    async def get(self, task_id: TaskId) -> AuthenticationTask:
        with await self._database.reading():
            task = self._tables.tasks.get(task_id)
        if task is None:
            raise NotFound(what="authentication task", id=task_id)
        return task

    async def find_by_order(self, order_id: OrderId) -> AuthenticationTask | None:
        with await self._database.reading():
            task_id = self._tables.task_of_order.get(order_id)
            return None if task_id is None else self._tables.tasks[task_id]

    async def page(
        self, request: PageRequest, status: TaskStatus | None = None
    ) -> Page[AuthenticationTask]:
        with await self._database.reading():
            tasks = self._tables.tasks
            ids = tasks if status is None else self._tables.tasks_by_status.get(status, ())
            return newest_first(ids, tasks, request)
