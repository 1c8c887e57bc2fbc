"""The pages of disputes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.disputes import Dispute
from ....ports.language.ids import DisputeId, OrderId
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.photos import ReviewPhoto
from ....ports.language.text import one_line
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Act, Refused, act_once, acted
from ..pages import Page, ThePage
from ..posted import Form, TheForm
from ..visitor import User
from .alarms import All
from .staff import A_PAGE, check_sure

_AUDITED = PageRequest(limit=20)
_NEVER = datetime.max.replace(tzinfo=UTC)


class DisputePages(Controller):
    """Disputes."""

    path = "/admin/disputes"

    @get()
    async def list_disputes(
        self,
        page: ThePage,
        user: User,
        application: App,
        shows_all: All = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List the open disputes, the next deadline first, or all of them, newest first."""
        request = PageRequest(A_PAGE if shows_all else MAX_PAGE, cursor)
        found = await application.disputes.list_disputes(
            user.actor, request, open_only=not shows_all
        )
        return page.shows(
            "admin/disputes",
            disputes=found.items if shows_all else sorted(found.items, key=_deadline),
            next=found.next_cursor,
            shows_all=shows_all,
        )

    @get("/{dispute_id:uuid}")
    async def view_dispute(
        self, page: ThePage, user: User, dispute_id: FromPath[UUID], application: App
    ) -> Response[bytes]:
        """Show a dispute, with the evidence that would be submitted now."""
        return await _shown(page, user.actor, application, DisputeId(dispute_id))

    @post("/{dispute_id:uuid}/evidence")
    async def submit_evidence(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        dispute_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Hand the evidence to the bank, once."""
        id_ = DisputeId(dispute_id)

        async def submit() -> None:
            await application.disputes.submit_evidence(
                user.actor, id_, reason=form.text("reason"), remark=one_line(form.text("remark"))
            )

        return await _done(request, page, user, form, application, id_, submit)

    @post("/{dispute_id:uuid}/acceptance")
    async def accept_dispute(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        dispute_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Leave the money to the buyer."""
        id_ = DisputeId(dispute_id)

        async def accept() -> None:
            await application.disputes.accept_dispute(user.actor, id_, reason=form.text("reason"))

        return await _done(request, page, user, form, application, id_, accept)


async def _photos(
    application: Application, actor: Actor, order_id: OrderId | None
) -> Sequence[ReviewPhoto]:
    """Return the photos of a pair, or none to a party to its order."""
    if order_id is None:
        return ()
    task = await application.authentication.view_task.of_order(actor, order_id)
    if task is None or actor.user_id in (task.buyer_id, task.seller_id):
        return ()
    return await application.authentication.view_photos(actor, task.id)


def _deadline(dispute: Dispute) -> datetime:
    return dispute.evidence_due_by or _NEVER


async def _done(
    request: AnyRequest,
    page: Page,
    user: User,
    form: Form,
    application: Application,
    dispute_id: DisputeId,
    act: Act,
) -> Response[bytes]:
    async def act_surely() -> None:
        check_sure(form)
        await act()

    return await acted(
        request,
        page,
        form,
        lambda: act_once(application, user.actor, form, act_surely),
        partial(_shown, page, user.actor, application, dispute_id),
        then=f"/admin/disputes/{dispute_id}",
    )


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    dispute_id: DisputeId,
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    dispute, evidence = await application.disputes.view_dispute(actor, dispute_id)
    audit = await application.operations.read_audit_log(actor, _AUDITED, target_id=dispute_id)
    return page.shows(
        "admin/dispute",
        status=refused.status,
        dispute=dispute,
        evidence=evidence.given(),
        photos=await _photos(application, actor, dispute.order_id),
        audit=audit.items,
        typed=refused.typed,
        refused=refused.detail,
    )
