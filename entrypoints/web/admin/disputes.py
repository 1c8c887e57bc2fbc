"""The pages of disputes."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.disputes import Dispute
from ....ports.language.errors import Refusal
from ....ports.language.ids import DisputeId
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.text import one_line
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import act_once
from ..forms import detail_of
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


def _deadline(dispute: Dispute) -> datetime:
    return dispute.evidence_due_by or _NEVER


async def _done(
    request: AnyRequest,
    page: Page,
    user: User,
    form: Form,
    application: Application,
    dispute_id: DisputeId,
    act: Callable[[], Awaitable[None]],
) -> Response[bytes]:
    try:
        check_sure(form)
        await act_once(application, user.actor, form, act)
    except Refusal as refusal:
        status, detail = detail_of(request, refusal)
        return await _shown(
            page, user.actor, application, dispute_id, form, status=status, refused=detail
        )
    return page.leads_to(f"/admin/disputes/{dispute_id}")


async def _shown(
    page: Page,
    actor: Actor,
    application: Application,
    dispute_id: DisputeId,
    form: Form | None = None,
    *,
    status: int = 200,
    refused: str = "",
) -> Response[bytes]:
    dispute, evidence = await application.disputes.view_dispute(actor, dispute_id)
    audit = await application.operations.read_audit_log(actor, _AUDITED, target_id=dispute_id)
    return page.shows(
        "admin/dispute",
        status=status,
        dispute=dispute,
        evidence=evidence.given(),
        audit=audit.items,
        typed={} if form is None else form.fields,
        refused=refused,
    )
