"""The pages of all orders, for admins."""

from functools import partial
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....core.orders.shown_orders import ShownOrder
from ....ports.language.complaints import Bearer
from ....ports.language.errors import InvalidText, NotFound
from ....ports.language.ids import OrderId, UserId, parse_id
from ....ports.language.orders import OrderStatus
from ....ports.language.paging import Page as Items
from ....ports.language.paging import PageRequest
from ....ports.language.users import Actor, Role
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..choices import Choice, chosen
from ..listed_products import listed_products
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .found import user_named
from .ledger_lines import lines_of
from .order_acts import ORDER_ACTS
from .shown_values import shown_values
from .staff import A_PAGE, check_sure

Sought: TypeAlias = Annotated[str, QueryParameter(max_length=254)]
Frozen: TypeAlias = Annotated[str, QueryParameter(max_length=3)]
_AUDITED = PageRequest(limit=50)


class AdminOrderPages(Controller):
    """Orders of everybody."""

    path = "/admin/orders"

    @get()
    async def list_orders(
        self,
        page: ThePage,
        user: User,
        application: App,
        q: Sought = "",
        status: Choice = "",
        frozen: Frozen = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List orders, newest first: all, those of a user, or those with a frozen payout.

        The id of an order leads to it. Raises InvalidText for an unknown state.
        """
        if await _is_order(application, user.actor, q):
            return page.leads_to(f"/admin/orders/{q.strip()}")
        only = chosen("status", status, OrderStatus)
        found = await _orders(
            application, user.actor, q, only, bool(frozen), PageRequest(A_PAGE, cursor)
        )
        return page.shows(
            "admin/orders",
            orders=found.items,
            next=found.next_cursor,
            chosen={"q": q, "status": status, "frozen": frozen},
            statuses=list(OrderStatus),
            products=await listed_products(
                application, (order.product_id for order in found.items)
            ),
        )

    @get("/{order_id:uuid}")
    async def view_order(
        self, page: ThePage, user: User, order_id: FromPath[UUID], application: App
    ) -> Response[bytes]:
        """Show all that there is of an order, and what an admin can do."""
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
        """Do something with an order, once however often the form is sent."""
        id_ = OrderId(order_id)

        async def do() -> None:
            if (found := ORDER_ACTS.get(act)) is None:
                raise InvalidText(field="act", problem="is unknown")
            if found.is_final:
                check_sure(form)
            await found.do(application, user.actor, id_, form)

        return await acted(
            request,
            page,
            form,
            lambda: act_once(application, user.actor, form, do),
            partial(_shown, page, user.actor, application, id_, act),
            then=f"/admin/orders/{id_}",
        )


async def _is_order(application: Application, actor: Actor, text: str) -> bool:
    try:
        await application.operations.find_order(actor, OrderId(parse_id(text.strip())))
    except (ValueError, NotFound):
        return False
    return True


async def _orders(
    application: Application,
    actor: Actor,
    sought: str,
    status: OrderStatus | None,
    is_frozen: bool,
    request: PageRequest,
) -> Items[ShownOrder]:
    orders = application.orders
    if is_frozen:
        return await orders.list_frozen_orders(actor, request)
    if not sought.strip():
        return await orders.list_orders(actor, request, role=Role.ADMIN, status=status)
    found = await user_named(application, actor, sought)
    if found is None:
        return Items(())
    return await orders.list_orders.of_user(actor, found.user.id, request, status=status)


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    order_id: OrderId,
    act: str = "",
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    record = await application.operations.find_order(actor, order_id)
    detail = await application.orders.view_order(actor, order_id)
    order = detail.order
    history = await application.orders.view_history(actor, order_id)
    parties: tuple[UserId, ...] = (order.buyer_id, order.seller_id)
    audit = await application.operations.read_audit_log(actor, _AUDITED, target_id=order_id)
    return page.shows(
        "admin/order",
        status=refused.status,
        detail=detail,
        order=order,
        payment=record.payment,
        payout=record.payout,
        product=await application.catalog.view_product(order.product_id),
        history=[(step, shown_values(step.data, page.currency)) for step in history],
        lines=lines_of(await application.payments.list_order_entries(actor, order_id)),
        letters=await application.notifications.list_order_letters(actor, order_id, parties),
        possible=await application.orders.list_staff_acts(actor, order_id),
        can_be_paid_again=await application.payments.pay_out_again.is_possible(actor, order_id),
        audit=audit.items,
        bearers=list(Bearer),
        typed=refused.typed,
        tried=act,
        refused=refused.detail,
    )
