"""The page of one pair in the warehouse: claim it, judge it, send it on."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....core.authentication.list_review_acts import ReviewAct
from ....core.authentication.verdicts import MAX_PHOTOS, check_verdict
from ....core.orders.list_acts import OrderAct
from ....ports.language.authentication import Checks, TaskStatus, Verdict
from ....ports.language.errors import InvalidText, NotFound, Refusal
from ....ports.language.ids import OrderId, PhotoId, TaskId, parse_id
from ....ports.language.orders import OrderStatus
from ....ports.language.photos import PhotoSize
from ....ports.language.text import one_line
from ....ports.language.users import Actor, Role
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ...http.routes.review_photos import SizeOf, photo_response
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..pages import Page, ThePage
from ..posted import Form, TheForm, takes_files
from ..visitor import User

_MOST_OF_FORM = 16_777_216
"""The maximum size of a form with photos in bytes, which is what one address may send at a time.
Large files are on the disk while it is read."""
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

    @get("/photos/{photo_id:uuid}")
    async def view_photo(
        self,
        request: AnyRequest,
        user: User,
        order_id: FromPath[UUID],
        photo_id: FromPath[UUID],
        application: App,
        size: SizeOf = PhotoSize.FULL,
    ) -> Response[bytes]:
        """Send a photo of the pair, to authenticators and admins."""
        task_id = await _task_of(application, user.actor, OrderId(order_id))
        return await photo_response(
            request, application, user.actor, task_id, PhotoId(photo_id), size
        )

    @post("/review", opt=takes_files(Role.AUTHENTICATOR), request_max_body_size=_MOST_OF_FORM)
    async def review_pair(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        order_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Add photos, remove one, claim the pair anew, or show the verdict to be confirmed.

        Chosen photos are added whatever the button. Whatever is refused, the form is shown again
        with all that was typed.
        """
        actor, id_ = user.actor, OrderId(order_id)
        do = form.text("do")
        try:
            task_id = await _task_of(application, actor, id_)
            if do == "claim":
                await application.authentication.claim_task(actor, task_id)
            await _add_photos(request, application, actor, task_id)
            if unwanted := form.text("remove"):
                photo_id = PhotoId(_id_of(unwanted))
                await application.authentication.remove_photo(actor, task_id, photo_id)
            if do in ("look", "give"):
                kept = await application.authentication.view_photos(actor, task_id)
                verdict = check_verdict(_verdict_of(form), kept=len(kept))
                if do == "look":
                    return await _to_confirm(
                        page, actor, application, id_, form, verdict, len(kept)
                    )
                await application.authentication.give_verdict(actor, task_id, verdict)
                return page.leads_to(f"/warehouse/{id_}")
        except Refusal as refusal:
            refused = Refused.of(request, refusal, form)
            return await _shown(page, actor, application, id_, refused, form)
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

        async def do() -> None:
            if act not in _ACTS:
                raise InvalidText(field="act", problem="is unknown")
            await _ACTS[act](application, actor, id_, form)

        return await acted(
            request,
            page,
            form,
            lambda: act_once(application, actor, form, do),
            partial(_shown, page, actor, application, id_, form=form),
            then=f"/warehouse/{id_}",
        )


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    order_id: OrderId,
    refused: Refused = NOT_REFUSED,
    form: Form | None = None,
    *,
    again: bool = False,
) -> Response[bytes]:
    """Show a pair. Raises Forbidden, NotFound."""
    task = await application.authentication.view_task.of_order(actor, order_id)
    detail = await application.orders.view_order(actor, order_id)
    order, now = detail.order, application.adapters.clock.now()
    order_acts = (await application.orders.list_acts(actor, order_id)).acts
    review_acts = await application.authentication.list_review_acts(actor, order_id)
    is_party = actor.user_id in (order.buyer_id, order.seller_id)
    typed = {} if form is None else form.fields
    is_held = task is not None and task.lease_until is not None and now < task.lease_until
    is_mine = task is not None and task.authenticator_id == actor.user_id
    # Who typed a verdict sees it again, also if somebody else has claimed the pair meanwhile.
    is_typed = "do" in typed and actor.has(Role.AUTHENTICATOR) and not is_party
    answer = page.shows(
        "authenticator/pair",
        status=refused.status,
        order=order,
        ship_to=detail.ship_to if OrderAct.DISPATCH in order_acts else None,
        task=task,
        product=await application.catalog.view_product(order.product_id),
        checks=CHECKS,
        can_receive=OrderAct.RECEIVE in order_acts,
        can_send=OrderAct.DISPATCH in order_acts,
        can_claim=ReviewAct.CLAIM in review_acts,
        reviews=ReviewAct.GIVE_VERDICT in review_acts
        or (is_typed and task is not None and task.status is TaskStatus.IN_REVIEW),
        is_mine=is_mine,
        is_held=is_held,
        left=0
        if task is None or not task.lease_until
        else (task.lease_until - now).total_seconds(),
        photos=()
        if task is None or is_party
        else await application.authentication.view_photos(actor, task.id),
        most_photos=MAX_PHOTOS,
        does=typed.get("do", ""),
        typed=typed,
        refused=refused.detail,
        again=again,
    )
    if form is None and task is not None and _follows(order.status, task.status):
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
        raise InvalidText(field="verdict", problem="is missing: tell whether the pair is authentic")
    box, markers, size = (bool(form.text(check)) for check in CHECKS)
    return Verdict(
        passed=form.text("verdict") == "pass",
        checks=Checks(box_condition=box, authenticity_markers=markers, size_verification=size),
        photos=(),
        reason=one_line(form.text("reason")),
    )


async def _add_photos(
    request: AnyRequest, application: Application, actor: Actor, task_id: TaskId
) -> None:
    """Add the photos of a form, of which only one at a time is in memory."""
    add_photo = application.authentication.add_photo
    files = (await request.form()).getall("photos", [])
    for file in files:
        if isinstance(file, UploadFile):
            content = await file.read(add_photo.most_bytes + 1)
            if content:  # else none was chosen
                await add_photo(actor, task_id, content)


def _id_of(text: str) -> UUID:
    """Return the id in a field. Raises InvalidText."""
    try:
        return parse_id(text)
    except ValueError as error:
        raise InvalidText(field="remove", problem="is no photo") from error


async def _to_confirm(
    page: Page,
    actor: Actor,
    application: Application,
    order_id: OrderId,
    form: Form,
    verdict: Verdict,
    kept: int,
) -> Response[bytes]:
    """Show a verdict before it is given, as it stands for good."""
    order = (await application.orders.view_order(actor, order_id)).order
    return page.shows(
        "authenticator/confirm",
        order=order,
        product=await application.catalog.view_product(order.product_id),
        verdict=verdict,
        kept=kept,
        checks=CHECKS,
        typed={
            name: text
            for name, text in form.fields.items()
            if name not in ("do", "_once", "remove")
        },
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
