"""Authentication tasks, in SQL."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, tuple_

from ....ports.authentication_tasks import AuthenticationTasks
from ....ports.language.authentication import AuthenticationTask, TaskStatus, Verdict
from ....ports.language.errors import NotFound, Outdated
from ....ports.language.ids import OrderId, TaskId
from ....ports.language.paging import Page, PageRequest
from ..bidding.book_columns import book_of, book_values
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.payloads import decode, encode
from ..engine.statement import Row, Statement, update_row
from ..schema import authentication_tasks as tasks
from ..schema.columns import Instant

_ADD = Statement(insert_or_skip(tasks, tasks.c.order_id))
_SAVE = Statement(update_row(tasks).where(tasks.c.version == bindparam("expected")))
_GET = Statement(select(tasks).where(tasks.c.id == bindparam("id")), locks=True)
_FIND_BY_ORDER = Statement(
    select(tasks).where(tasks.c.order_id == bindparam("order_id")), locks=True
)
_PAGE = Statement(newest_first(select(tasks), tasks.c.id))
_PAGE_BY_STATUS = Statement(
    newest_first(select(tasks).where(tasks.c.status == bindparam("status")), tasks.c.id)
)
_WAITING_AFTER = Statement(
    select(tasks)
    .where(
        tasks.c.status == bindparam("status"),
        tuple_(tasks.c.received_at, tasks.c.id)
        > tuple_(bindparam("since", type_=Instant), bindparam("after", type_=Uuid)),
    )
    .order_by(tasks.c.received_at, tasks.c.id)
    .limit(bindparam("limit"))
)
_BEFORE_ALL = datetime(1970, 1, 2, tzinfo=UTC)


class SqlAuthenticationTasks(AuthenticationTasks):
    """Tasks, one row each. A unique column allows one task per order."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, task: AuthenticationTask) -> bool:
        return await self._database.execute(_ADD, **_values(task)) == 1

    async def open(self, task: AuthenticationTask) -> None:
        self._database.execute_later(_ADD, [_values(task)])

    async def save(self, task: AuthenticationTask) -> None:
        expected = task.version - 1
        if not await self._database.execute(_SAVE, **_values(task), expected=expected):
            await self.get(task.id)
            raise Outdated(what="authentication task", id=task.id)

    async def get(self, task_id: TaskId) -> AuthenticationTask:
        row = await self._database.first(_GET, id=task_id)
        if row is None:
            raise NotFound(what="authentication task", id=task_id)
        return task_of(row)

    async def find_by_order(self, order_id: OrderId) -> AuthenticationTask | None:
        row = await self._database.first(_FIND_BY_ORDER, order_id=order_id)
        return None if row is None else task_of(row)

    async def page(
        self, request: PageRequest, status: TaskStatus | None = None
    ) -> Page[AuthenticationTask]:
        statement = _PAGE if status is None else _PAGE_BY_STATUS
        return await page(self._database, statement, request, task_of, status=status)

    async def waiting(self, request: PageRequest, status: TaskStatus) -> Page[AuthenticationTask]:
        since: datetime | None = _BEFORE_ALL
        if request.after is not None:
            last = await self._database.first(_GET, id=request.after)
            since = None if last is None else last.received_at
        if since is None:
            return Page(())
        rows = await self._database.rows(
            _WAITING_AFTER,
            status=status,
            since=since,
            after=request.after or UUID(int=0),
            limit=request.limit + 1,
        )
        shown = tuple(map(task_of, rows[: request.limit]))
        return Page(shown, shown[-1].id if len(rows) > len(shown) else None)


def _values(task: AuthenticationTask) -> dict[str, Any]:
    return {
        "id": task.id,
        "order_id": task.order_id,
        "buyer_id": task.buyer_id,
        "seller_id": task.seller_id,
        **book_values(task.book),
        "status": task.status,
        "created_at": task.created_at,
        "received_at": task.received_at,
        "authenticator_id": task.authenticator_id,
        "lease_until": task.lease_until,
        "verdict": None if task.verdict is None else encode(task.verdict),
        "decided_at": task.decided_at,
        "version": task.version,
    }


def task_of(row: Row) -> AuthenticationTask:
    """Return the task in a row."""
    return AuthenticationTask(
        id=row.id,
        order_id=row.order_id,
        buyer_id=row.buyer_id,
        seller_id=row.seller_id,
        book=book_of(row),
        status=row.status,
        created_at=row.created_at,
        received_at=row.received_at,
        authenticator_id=row.authenticator_id,
        lease_until=row.lease_until,
        verdict=None if row.verdict is None else decode(row.verdict, Verdict),
        decided_at=row.decided_at,
        version=row.version,
    )
