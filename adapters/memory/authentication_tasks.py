"""Authentication tasks, in memory."""

from datetime import datetime

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

    async def waiting(self, request: PageRequest, status: TaskStatus) -> Page[AuthenticationTask]:
        with await self._database.reading():
            tasks = self._tables.tasks
            here = [tasks[task_id] for task_id in self._tables.tasks_by_status.get(status, ())]
            after = None if request.after is None else tasks.get(TaskId(request.after))
        waiting = sorted((task for task in here if task.received_at is not None), key=_since)
        if request.after is not None:
            waiting = [] if after is None else [t for t in waiting if _since(t) > _since(after)]
        shown = tuple(waiting[: request.limit])
        return Page(shown, shown[-1].id if len(waiting) > len(shown) else None)


def _since(task: AuthenticationTask) -> tuple[datetime, TaskId]:
    assert task.received_at is not None, task
    return task.received_at, task.id
