"""The page of the warehouse: what waits there, and the box for what arrives."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias
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
from ..acting import NOT_REFUSED, Refused, act_once
from ..choices import Choice, chosen
from ..listed_products import listed_products
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .numbers import order_number

_A_PAGE = 20
_WAITING = (TaskStatus.RECEIVED, TaskStatus.IN_REVIEW)
JustReceived: TypeAlias = Annotated[UUID | None, QueryParameter()]


class View(StrEnum):
    """What is listed: the tasks in a status, or the orders whose pair is to be sent."""

    RECEIVED = TaskStatus.RECEIVED.value
    IN_REVIEW = TaskStatus.IN_REVIEW.value
    TO_SEND = "to_send"
    AWAITING_ITEM = TaskStatus.AWAITING_ITEM.value
    PASSED = TaskStatus.PASSED.value
    FAILED = TaskStatus.FAILED.value
    CANCELLED = TaskStatus.CANCELLED.value


class WarehousePages(Controller):
    """Everything that is in the warehouse, or on its way to it."""

    path = "/warehouse"

    @get()
    async def list_pairs(
        self,
        page: ThePage,
        user: User,
        application: App,
        view: Choice = "",
        cursor: Cursor = None,
        received: JustReceived = None,
    ) -> Response[bytes]:
        """List the pairs in one state. Those to be reviewed begin with the most urgent.

        Raises InvalidText for an unknown state.
        """
        only = chosen("view", view, View) or View.RECEIVED
        return await _shown(page, user.actor, application, only, cursor, received)

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
            refused = Refused.of(request, refusal, form)
            return await _shown(page, actor, application, refused=refused)
        except Refusal as refusal:
            refused = Refused.of(request, refusal, form)
            return await _shown(page, actor, application, refused=refused)
        return page.leads_to(f"/warehouse?received={order_id}")


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    view: View = View.RECEIVED,
    cursor: UUID | None = None,
    received: UUID | None = None,
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    rows, following = await _pairs(actor, application, view, PageRequest(_A_PAGE, cursor))
    ids = {row.book.product_id for row in rows}
    arrived = None
    if received is not None:
        arrived = (await application.orders.view_order(actor, OrderId(received))).order
        ids.add(arrived.product_id)
    return page.shows(
        "authenticator/warehouse",
        status=refused.status,
        rows=rows,
        next=following,
        view=view,
        views=list(View),
        arrived=arrived,
        user_id=actor.user_id,
        now=application.adapters.clock.now(),
        may_receive=actor.has(Role.AUTHENTICATOR),
        products=await listed_products(application, ids),
        refused=refused.detail,
        is_early=refused.status == 409,
        typed=refused.typed.get("number", ""),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A pair in the list."""

    order_id: OrderId
    book: BookKey
    task: AuthenticationTask | None = None
    claim_by: datetime | None = None


async def _pairs(
    actor: Actor, application: Application, view: View, request: PageRequest
) -> tuple[list[_Row], UUID | None]:
    """Return a page of pairs. Raises Forbidden if somebody is no staff."""
    if view is View.TO_SEND:
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
