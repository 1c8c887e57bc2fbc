"""AuthenticationService: the authentication of shoes. Signing in is UserService."""

from uuid import UUID

import msgspec

from ...ports.language.api_tokens import KeyScope
from ...ports.language.authentication import Checks, TaskStatus, Verdict
from ...ports.language.ids import OrderId, TaskId
from ...ports.language.users import OPERATOR, Role
from ..http.edge.paging import listing
from ..http.routes.authentication import Finding, TaskListing, TaskView, task_view
from .rpc import Context, Key, Who, rpc
from .shapes import OfOrder, Paged


class TasksQuestion(Paged, forbid_unknown_fields=True, kw_only=True):
    """A page of tasks, in any state or in one."""

    status: TaskStatus | None = None


class Completion(msgspec.Struct, forbid_unknown_fields=True):
    """The verdict on the pair of a task."""

    task_id: UUID
    finding: Finding


async def create_auth_task(context: Context, request: OfOrder) -> TaskView:
    """Return the task of a paid order, and open it if the order has none yet."""
    order_id, application = OrderId(request.order_id), context.application
    asked = await application.orders.requested_work.authentication(order_id)
    await application.authentication.open_task(asked)
    task = await application.authentication.view_task.of_order(OPERATOR, order_id)
    assert task is not None, order_id
    return task_view(task)


async def get_auth_tasks(context: Context, request: TasksQuestion) -> TaskListing:
    """Return a page of tasks, newest first."""
    page = await context.application.authentication.list_tasks(
        context.actor, request.page, request.status
    )
    return listing(TaskListing, page, task_view)


async def complete_auth(context: Context, request: Completion) -> TaskView:
    """Give the verdict on a received pair, which claims it first unless the caller has."""
    finding = request.finding
    verdict = Verdict(
        passed=finding.passed,
        checks=Checks(
            box_condition=finding.checks.box_condition,
            authenticity_markers=finding.checks.authenticity_markers,
            size_verification=finding.checks.size_verification,
        ),
        photos=tuple(finding.photos),
        reason=finding.reason,
    )
    decided = await context.application.authentication.complete_review(
        context.actor, TaskId(request.task_id), verdict
    )
    return task_view(decided)


_NAME = "AuthenticationService"
RPCS = (
    rpc(_NAME, "CreateAuthTask", create_auth_task, Who.SERVICE),
    rpc(
        _NAME,
        "GetAuthTasks",
        get_auth_tasks,
        Who.USER,
        Role.AUTHENTICATOR,
        Role.ADMIN,
        key_scope=KeyScope.READ,
    ),
    rpc(
        _NAME,
        "CompleteAuth",
        complete_auth,
        Who.USER,
        Role.AUTHENTICATOR,
        key=Key.ANSWER,
        key_scope=KeyScope.TRADE,
    ),
)
