"""The page of one pair in the warehouse: claim it, judge it, send it on."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....core.authentication.verdicts import check_verdict
from ....core.orders.list_acts import OrderAct
from ....ports.language.authentication import Checks, TaskStatus, Verdict
from ....ports.language.errors import InvalidText, NotFound, Refusal
from ....ports.language.ids import OrderId, TaskId
from ....ports.language.orders import OrderStatus
from ....ports.language.users import Actor, Role
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ..forms import detail_of
from ..pages import Page, ThePage
from ..posted import Form, TheForm
from ..visitor import User

CHECKS = ("box_condition", "authenticity_markers", "size_verification")
Act: TypeAlias = Callable[[Application, Actor, OrderId, Form], Awaitable[Any]]
Again: TypeAlias = Annotated[str, QueryParameter(max_length=3)]


class PairPages(Controller):
    """One pair, by the number of its order."""

    path = "/warehouse/{order_id:uuid}"

    @get()
    async def view_pair(
        self,
        page: ThePage,
        user: User,
        order_id: FromPath[UUID],
        application: App,
        again: Again = "",
    ) -> Response[bytes]:
        """Show where a pair is, and what is to be done with it next."""
        return await _shown(page, user.actor, application, OrderId(order_id), again=bool(again))

    @post("/review")
    async def review_pair(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        order_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Show the verdict to be confirmed, give it, or claim the pair anew.

        Whatever is refused, the form is shown again with all that was typed.
        """
        actor, id_ = user.actor, OrderId(order_id)
        do = form.text("do")
        try:
            task_id = await _task_of(application, actor, id_)
            if do == "claim":
                await application.authentication.claim_task(actor, task_id)
            elif do in ("look", "give"):
                verdict = check_verdict(_verdict_of(form))
                if do == "look":
                    return await _to_confirm(page, actor, application, id_, form, verdict)
                await application.authentication.give_verdict(actor, task_id, verdict)
                return page.leads_to(f"/warehouse/{id_}")
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return await _shown(
                page, actor, application, id_, form=form, status=status, refused=detail
            )
        return await _shown(page, actor, application, id_, form=form)

    @post("/{act:str}")
    async def act_on_pair(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        order_id: FromPath[UUID],
        act: FromPath[str],
        application: App,
    ) -> Response[bytes]:
        """Receive, claim or send a pair, once however often the form is sent."""
        actor, id_ = user.actor, OrderId(order_id)

        async def run() -> bytes:
            await _ACTS[act](application, actor, id_, form)
            return b"done"

        try:
            if act not in _ACTS:
                raise InvalidText(field="act", problem="is unknown")
            await application.operations.answer_once(form.key(actor.user_id), run)
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return await _shown(
                page, actor, application, id_, form=form, status=status, refused=detail
            )
        return page.leads_to(f"/warehouse/{id_}")


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    order_id: OrderId,
    *,
    form: Form | None = None,
    status: int = 200,
    refused: str = "",
    again: bool = False,
) -> Response[bytes]:
    """Show a pair. Raises Forbidden, NotFound."""
    task = await application.authentication.view_task.of_order(actor, order_id)
    detail = await application.orders.view_order(actor, order_id)
    order, now = detail.order, application.adapters.clock.now()
    possible = await application.orders.list_acts(actor, order_id)
    is_party = actor.user_id in (order.buyer_id, order.seller_id)
    handles = actor.has(Role.AUTHENTICATOR) and not is_party
    typed = {} if form is None else form.fields
    is_held = task is not None and task.lease_until is not None and now < task.lease_until
    is_mine = task is not None and task.authenticator_id == actor.user_id
    answer = page.shows(
        "authenticator/pair",
        status=status,
        order=order,
        ship_to=detail.ship_to if OrderAct.DISPATCH in possible.acts else None,
        task=task,
        product=await application.catalog.view_product(order.product_id),
        checks=CHECKS,
        can_receive=handles and OrderAct.RECEIVE in possible.acts,
        can_send=handles and OrderAct.DISPATCH in possible.acts,
        can_claim=handles
        and task is not None
        and task.status in (TaskStatus.RECEIVED, TaskStatus.IN_REVIEW)
        and (is_mine or not is_held),
        reviews=handles
        and task is not None
        and task.status is TaskStatus.IN_REVIEW
        and (is_mine or "do" in typed),
        is_mine=is_mine,
        is_held=is_held,
        left=0
        if task is None or not task.lease_until
        else (task.lease_until - now).total_seconds(),
        typed=typed,
        refused=refused,
        again=again,
    )
    if status == 200 and form is None and task is not None and _follows(order.status, task.status):
        answer.headers["Refresh"] = "1"
    return answer


def _follows(order: OrderStatus, task: TaskStatus) -> bool:
    """Whether the task or the order is about to hear what happened to the other."""
    heard = (TaskStatus.RECEIVED, TaskStatus.IN_REVIEW)
    return order is OrderStatus.AUTHENTICATING and task not in heard


async def _task_of(application: Application, actor: Actor, order_id: OrderId) -> TaskId:
    """Return the task of an order. Raises Forbidden, NotFound."""
    task = await application.authentication.view_task.of_order(actor, order_id)
    if task is None:
        raise NotFound(what="authentication task of order", id=order_id)
    return task.id


def _verdict_of(form: Form) -> Verdict:
    """Return what was found. Raises InvalidText if neither a pass nor a fail was chosen."""
    if form.text("verdict") not in ("pass", "fail"):
        raise InvalidText(field="verdict", problem="is missing: is the pair authentic or not?")
    box, markers, size = (bool(form.text(check)) for check in CHECKS)
    return Verdict(
        passed=form.text("verdict") == "pass",
        checks=Checks(box_condition=box, authenticity_markers=markers, size_verification=size),
        photos=tuple(form.text("photos").split()),
        reason=form.text("reason"),
    )


async def _to_confirm(
    page: Page,
    actor: Actor,
    application: Application,
    order_id: OrderId,
    form: Form,
    verdict: Verdict,
) -> Response[bytes]:
    """Show a verdict before it is given, as it stands for good."""
    order = (await application.orders.view_order(actor, order_id)).order
    return page.shows(
        "authenticator/confirm",
        order=order,
        product=await application.catalog.view_product(order.product_id),
        verdict=verdict,
        checks=CHECKS,
        typed={name: text for name, text in form.fields.items() if name not in ("do", "_once")},
    )


async def _receive(application: Application, actor: Actor, order_id: OrderId, _: Form) -> Any:
    return await application.orders.receive_pair(actor, order_id)


async def _claim(application: Application, actor: Actor, order_id: OrderId, _: Form) -> Any:
    task_id = await _task_of(application, actor, order_id)
    return await application.authentication.claim_task(actor, task_id)


async def _send(application: Application, actor: Actor, order_id: OrderId, form: Form) -> Any:
    return await application.orders.dispatch_pair(
        actor,
        order_id,
        carrier=form.text("carrier"),
        tracking_number=form.text("tracking_number"),
    )


_ACTS: dict[str, Act] = {"receipt": _receive, "claim": _claim, "dispatch": _send}
"""What the warehouse does, by the last part of its path."""
