"""The authentication of shoes (signing in is in sessions)."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter
from msgspec import Meta

from ....core.authentication.verdicts import MAX_PHOTOS, MAX_REASON
from ....ports.language.authentication import AuthenticationTask, Checks, TaskStatus, Verdict
from ....ports.language.errors import (
    IdempotencyKeyReused,
    InvalidText,
    InvalidVerdict,
    NotFound,
    Outdated,
    PartyToTheOrder,
    Refusal,
    TaskClaimed,
    TaskNotOpen,
    VerdictGiven,
)
from ....ports.language.ids import TaskId
from ....ports.language.market import Condition
from ....ports.language.text import MAX_URL
from ....ports.language.users import Role
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_TRADERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..edge.roles import requires
from ..openapi.documented import example, problems, success

StatusFilter: TypeAlias = Annotated[
    TaskStatus | None, QueryParameter(description="Only tasks in this state.")
]


class CheckResults(msgspec.Struct, forbid_unknown_fields=True):
    """The three checks of a pair."""

    box_condition: bool
    authenticity_markers: bool
    size_verification: bool


class Finding(msgspec.Struct, forbid_unknown_fields=True):
    """A verdict. A pass requires all three checks and a photo; a fail requires a reason."""

    passed: bool
    checks: CheckResults
    photos: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=MAX_URL)]], Meta(max_length=MAX_PHOTOS)
    ] = []
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)] | None = None


class TaskView(msgspec.Struct, frozen=True):
    """The authentication task of one pair. It does not show the buyer and the seller."""

    id: UUID
    order_id: UUID
    product_id: UUID
    size: str
    condition: Condition
    status: TaskStatus
    created_at: datetime
    received_at: datetime | None
    authenticator_id: UUID | None
    lease_until: datetime | None
    verdict: Verdict | None
    decided_at: datetime | None


class TaskListing(msgspec.Struct, frozen=True):
    """A page of tasks, newest first."""

    items: list[TaskView]
    next_cursor: UUID | None


def task_view(task: AuthenticationTask) -> TaskView:
    """Return a task as a response."""
    return TaskView(
        id=task.id,
        order_id=task.order_id,
        product_id=task.book.product_id,
        size=task.book.size,
        condition=task.book.condition,
        status=task.status,
        created_at=task.created_at,
        received_at=task.received_at,
        authenticator_id=task.authenticator_id,
        lease_until=task.lease_until,
        verdict=task.verdict,
        decided_at=task.decided_at,
    )


_WORKING: tuple[type[Refusal], ...] = (
    NotFound,
    TaskNotOpen,
    TaskClaimed,
    PartyToTheOrder,
    Outdated,
    IdempotencyKeyReused,
)
"""The refusals of work on a task."""

_FINDING = {
    "passed": True,
    "checks": {"box_condition": True, "authenticity_markers": True, "size_verification": True},
    "photos": ["https://photos.example.com/1.jpg"],
}
_EXAMPLE = {
    "id": "01890a5f-1111-7222-8333-444455556666",
    "order_id": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b",
    "product_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "size": "10.5",
    "condition": "new",
    "status": "passed",
    "created_at": "2026-03-02T12:00:01Z",
    "received_at": "2026-03-05T09:00:00Z",
    "authenticator_id": "01890a5d-0000-7000-8000-000000000003",
    "lease_until": None,
    "verdict": {**_FINDING, "reason": None},
    "decided_at": "2026-03-05T09:20:00Z",
}


class AuthenticationController(Controller):
    """Authentication tasks."""

    path = "/v1/authentication/tasks"
    tags = ("authentication",)
    opt = FOR_TRADERS

    @get(
        summary="List tasks",
        guards=[requires(Role.AUTHENTICATOR, Role.ADMIN)],
        responses=problems(),
    )
    async def list_tasks(
        self,
        request: JsonRequest,
        application: App,
        status: StatusFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> TaskListing:
        """Return the tasks, newest first."""
        page = await application.authentication.list_tasks(
            request.user, page_request(limit, cursor), status
        )
        return listing(TaskListing, page, task_view)

    @get(
        "/{task_id:uuid}",
        summary="View a task",
        guards=[requires(Role.AUTHENTICATOR, Role.ADMIN)],
        responses=success(200, TaskView, _EXAMPLE) | problems(NotFound),
    )
    async def view_task(
        self, request: JsonRequest, task_id: FromPath[UUID], application: App
    ) -> TaskView:
        """Return one task."""
        return task_view(await application.authentication.view_task(request.user, TaskId(task_id)))

    @post(
        "/{task_id:uuid}/claim",
        summary="Claim a task",
        status_code=200,
        guards=[requires(Role.AUTHENTICATOR)],
        responses=success(200, TaskView, _EXAMPLE) | problems(*_WORKING),
    )
    async def claim_task(
        self,
        request: JsonRequest,
        task_id: FromPath[UUID],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[TaskView]:
        """Claim a received pair for review. The claim ends at `lease_until`."""

        async def run() -> TaskView:
            task = await application.authentication.claim_task(request.user, TaskId(task_id))
            return task_view(task)

        return await once(request, application, await request_key(request, idempotency_key), run)

    @post(
        "/{task_id:uuid}/verdict",
        summary="Give the verdict",
        status_code=200,
        guards=[requires(Role.AUTHENTICATOR)],
        responses=success(200, TaskView, _EXAMPLE)
        | problems(*_WORKING, InvalidVerdict, InvalidText, VerdictGiven, body=True),
    )
    async def give_verdict(
        self,
        request: JsonRequest,
        task_id: FromPath[UUID],
        data: Annotated[Finding, example(_FINDING)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[TaskView]:
        """Give the verdict on a pair.

        The same verdict can be repeated; a different one is refused.
        """
        verdict = Verdict(
            passed=data.passed,
            checks=Checks(
                box_condition=data.checks.box_condition,
                authenticity_markers=data.checks.authenticity_markers,
                size_verification=data.checks.size_verification,
            ),
            photos=tuple(data.photos),
            reason=data.reason,
        )

        async def run() -> TaskView:
            task = await application.authentication.give_verdict(
                request.user, TaskId(task_id), verdict
            )
            return task_view(task)

        return await once(request, application, await request_key(request, idempotency_key), run)
