"""The pages of one's own orders."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....ports.language.complaints import ComplaintKind
from ....ports.language.errors import InvalidText, Refusal
from ....ports.language.ids import OrderId
from ....ports.language.orders import Order, OrderStatus
from ....ports.language.paging import PageRequest
from ....ports.language.text import one_line
from ....ports.language.users import Actor, Role
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import act_once
from ..choices import Choice, chosen
from ..forms import detail_of
from ..listed_products import listed_products
from ..pages import Page, ThePage
from ..posted import Form, TheForm
from ..visitor import User
from .timeline import told_by

_A_PAGE = 20
RoleOf: TypeAlias = Annotated[str, QueryParameter(name="role", max_length=20)]
Act: TypeAlias = Callable[[Application, Actor, OrderId, Form], Awaitable[Order]]


class Party(StrEnum):
    """Whose side of an order a visitor may list."""

    BUYER = Role.BUYER.value
    SELLER = Role.SELLER.value


class OrderPages(Controller):
    """Your purchases and sales."""

    path = "/orders"

    @get()
    async def list_orders(
        self,
        page: ThePage,
        user: User,
        application: App,
        as_: RoleOf = "",
        status: Choice = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List your orders, newest first: all, or those of a side or in a state.

        Raises InvalidText for an unknown side or state.
        """
        role, state = chosen("role", as_, Party), chosen("status", status, OrderStatus)
        found = await application.orders.list_orders(
            user.actor,
            PageRequest(_A_PAGE, cursor),
            role=None if role is None else Role(role),
            status=state,
        )
        return page.shows(
            "orders/orders",
            orders=found.items,
            next=found.next_cursor,
            role=role,
            state=state,
            states=list(OrderStatus),
            user_id=user.actor.user_id,
            products=await listed_products(
                application, (order.product_id for order in found.items)
            ),
        )

    @get("/{order_id:uuid}")
    async def view_order(
        self, page: ThePage, user: User, order_id: FromPath[UUID], application: App
    ) -> Response[bytes]:
        """Show an order with its steps, and what its viewer can do next and by when."""
        return await _shown(page, user.actor, application, OrderId(order_id))

    @post("/{order_id:uuid}/{act:str}")
    async def act_on_order(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        order_id: FromPath[UUID],
        act: FromPath[str],
        application: App,
    ) -> Response[bytes]:
        """Move an order on, once however often the form is sent."""
        id_ = OrderId(order_id)

        try:
            if act not in _ACTS:
                raise InvalidText(field="act", problem="is unknown")
            await act_once(
                application,
                user.actor,
                form,
                lambda: _ACTS[act](application, user.actor, id_, form),
            )
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return await _shown(
                page, user.actor, application, id_, form=form, status=status, refused=detail
            )
        return page.leads_to(f"/orders/{id_}")


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    order_id: OrderId,
    *,
    form: Form | None = None,
    status: int = 200,
    refused: str = "",
) -> Response[bytes]:
    detail = await application.orders.view_order(actor, order_id)
    return page.shows(
        "orders/order",
        status=status,
        detail=detail,
        order=detail.order,
        is_buyer=detail.order.buyer_id == actor.user_id,
        history=[
            (step, told_by(step, page.currency))
            for step in await application.orders.view_history(actor, order_id)
        ],
        possible=await application.orders.list_acts(actor, order_id),
        product=await application.catalog.view_product(detail.order.product_id),
        typed={} if form is None else form.fields,
        refused_act="" if form is None else form.path.rpartition("/")[2],
        refused=refused,
    )


async def _ship(application: Application, actor: Actor, order_id: OrderId, form: Form) -> Order:
    return await application.orders.ship_pair(
        actor,
        order_id,
        carrier=form.text("carrier"),
        tracking_number=form.text("tracking_number"),
    )


async def _extend(application: Application, actor: Actor, order_id: OrderId, _: Form) -> Order:
    return await application.orders.extend_shipment(actor, order_id)


async def _confirm(application: Application, actor: Actor, order_id: OrderId, _: Form) -> Order:
    return await application.orders.confirm_delivery(actor, order_id)


async def _cancel(application: Application, actor: Actor, order_id: OrderId, form: Form) -> Order:
    return await application.orders.cancel_order(actor, order_id, reason=form.text("reason"))


async def _complain(application: Application, actor: Actor, order_id: OrderId, form: Form) -> Order:
    try:
        kind = ComplaintKind(form.text("kind"))
    except ValueError as error:
        raise InvalidText(field="kind", problem="is unknown") from error
    reason = one_line(form.text("reason"))
    return await application.orders.complain(actor, order_id, kind=kind, reason=reason)


_ACTS: dict[str, Act] = {
    "shipment": _ship,
    "shipment-extension": _extend,
    "delivery": _confirm,
    "cancellation": _cancel,
    "complaint": _complain,
}
"""What buyers and sellers do, by the last part of its path."""
