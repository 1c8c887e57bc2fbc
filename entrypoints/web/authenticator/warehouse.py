"""The page of the warehouse: what waits there, and the box for what arrives."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import QueryParameter

from ....composition.application import Application
from ....ports.language.authentication import AuthenticationTask, TaskStatus
from ....ports.language.errors import IllegalMove, Refusal
from ....ports.language.ids import OrderId
from ....ports.language.market import BookKey
from ....ports.language.orders import OrderStatus
from ....ports.language.paging import PageRequest
from ....ports.language.users import Actor, Role
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import act_once
from ..forms import detail_of
from ..listed_products import listed_products
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .numbers import order_number

_A_PAGE = 20
_WAITING = (TaskStatus.RECEIVED, TaskStatus.IN_REVIEW)
_TO_SEND = "to_send"
VIEWS = (
    TaskStatus.RECEIVED.value,
    TaskStatus.IN_REVIEW.value,
    _TO_SEND,
    TaskStatus.AWAITING_ITEM.value,
    TaskStatus.PASSED.value,
    TaskStatus.FAILED.value,
    TaskStatus.CANCELLED.value,
)
ViewOf: TypeAlias = Annotated[str, QueryParameter(max_length=20)]
JustReceived: TypeAlias = Annotated[UUID | None, QueryParameter()]


class WarehousePages(Controller):
    """Everything that is in the warehouse, or on its way to it."""

    path = "/warehouse"

    @get()
    async def list_pairs(
        self,
        page: ThePage,
        user: User,
        application: App,
        view: ViewOf = "",
        cursor: Cursor = None,
        received: JustReceived = None,
    ) -> Response[bytes]:
        """List the pairs in one state. Those to be reviewed begin with the most urgent."""
        return await _shown(page, user.actor, application, view, cursor, received)

    @post()
    async def receive_pair(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Receive the pair whose number was typed or scanned, and be ready for the next one.

        One that is here already is shown instead, as the number was probably scanned to find it.
        """
        actor = user.actor
        try:
            order_id = order_number(form.text("number"))
            await act_once(
                application,
                actor,
                form,
                lambda: application.orders.receive_pair(actor, order_id),
            )
        except IllegalMove as refusal:
            if refusal.status not in (OrderStatus.PENDING, OrderStatus.CONFIRMED):
                return page.leads_to(f"/warehouse/{refusal.order_id}?again=yes")
            return await _refused(request, page, actor, application, refusal, form.text("number"))
        except Refusal as refusal:
            return await _refused(request, page, actor, application, refusal, form.text("number"))
        return page.leads_to(f"/warehouse?received={order_id}")


async def _refused(
    request: AnyRequest,
    page: Page,
    actor: Actor,
    application: Application,
    refusal: Refusal,
    number: str,
) -> Response[bytes]:
    status, detail = detail_of(request, refusal)
    return await _shown(
        page,
        actor,
        application,
        status=status,
        refused=detail,
        is_early=status == 409,
        typed=number,
    )


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    view: str = "",
    cursor: UUID | None = None,
    received: UUID | None = None,
    *,
    status: int = 200,
    **values: Any,
) -> Response[bytes]:
    view = view if view in VIEWS else VIEWS[0]
    rows, following = await _pairs(actor, application, view, PageRequest(_A_PAGE, cursor))
    ids = {row.book.product_id for row in rows}
    arrived = None
    if received is not None:
        arrived = (await application.orders.view_order(actor, OrderId(received))).order
        ids.add(arrived.product_id)
    return page.shows(
        "authenticator/warehouse",
        status=status,
        rows=rows,
        next=following,
        view=view,
        views=VIEWS,
        arrived=arrived,
        user_id=actor.user_id,
        now=application.adapters.clock.now(),
        may_receive=actor.has(Role.AUTHENTICATOR),
        products=await listed_products(application, ids),
        **{"refused": "", "is_early": False, "typed": "", **values},
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A pair in the list."""

    order_id: OrderId
    book: BookKey
    task: AuthenticationTask | None = None
    claim_by: datetime | None = None


async def _pairs(
    actor: Actor, application: Application, view: str, request: PageRequest
) -> tuple[list[_Row], UUID | None]:
    """Return a page of pairs. Raises Forbidden if somebody is no staff."""
    if view == _TO_SEND:
        role = Role.AUTHENTICATOR if actor.has(Role.AUTHENTICATOR) else Role.ADMIN
        orders = await application.orders.list_orders(
            actor, request, role=role, status=OrderStatus.AUTH_PASSED
        )
        rows = [
            _Row(order.id, BookKey(order.product_id, order.size, order.condition))
            for order in orders.items
        ]
        return rows, orders.next_cursor
    status = TaskStatus(view)
    if status in _WAITING:
        pairs = await application.authentication.list_waiting_pairs(actor, request, status)
        rows = [
            _Row(pair.task.order_id, pair.task.book, pair.task, pair.claim_by)
            for pair in pairs.items
        ]
        return rows, pairs.next_cursor
    tasks = await application.authentication.list_tasks(actor, request, status)
    return [_Row(task.order_id, task.book, task) for task in tasks.items], tasks.next_cursor
