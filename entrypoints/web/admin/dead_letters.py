"""The pages of dead letters."""

from contextlib import suppress
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....ports.language.audit import parse_reason
from ....ports.language.errors import NotFound, PartyToTheOrder, Refusal
from ....ports.language.ids import MessageId
from ....ports.language.messages import Queue
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ...http.routes.admin.dead_letters import shown_error
from ..acting import act_once
from ..forms import detail_of
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .staff import A_PAGE

QueueOf: TypeAlias = Annotated[str, QueryParameter(name="queue", max_length=20)]


class DeadLetterPages(Controller):
    """Dead letters."""

    path = "/admin/dead-letters"

    @get()
    async def list_dead_letters(
        self,
        page: ThePage,
        user: User,
        application: App,
        queue: QueueOf = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List what failed too often, newest first: all, or in one queue."""
        return await _listed(page, user.actor, application, queue=_queue(queue), cursor=cursor)

    @post("/replay")
    async def replay_all(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Have the newest hundred handled again, of all queues or of one.

        Those about orders of one's own are left to others. A second press replays what is left.
        """
        only = _queue(form.text("queue"))
        try:
            await _replay_newest(application, user.actor, only, form.text("reason"))
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return await _listed(
                page, user.actor, application, queue=only, status=status, refused=detail
            )
        return page.leads_to(f"/admin/dead-letters?queue={only or ''}")

    @post("/{letter_id:uuid}/replay")
    async def replay_dead_letter(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        letter_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Have one handled again, which is always safe."""
        try:
            await act_once(
                application,
                user.actor,
                form,
                lambda: application.operations.replay_dead_letter(
                    user.actor, MessageId(letter_id), reason=form.text("reason")
                ),
            )
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return await _listed(page, user.actor, application, status=status, refused=detail)
        return page.leads_to("/admin/dead-letters")


def _queue(text: str) -> Queue | None:
    return Queue(text) if text in set(Queue) else None


async def _replay_newest(
    application: Application, actor: Actor, queue: Queue | None, reason: str
) -> None:
    """Replay a page of dead letters. Raises InvalidText, before any is replayed."""
    why = parse_reason(reason)
    operations = application.operations
    found = await operations.list_dead_letters(actor, PageRequest(MAX_PAGE), queue)
    for letter in found.items:
        # One may have been replayed meanwhile.
        with suppress(PartyToTheOrder, NotFound):
            await operations.replay_dead_letter(actor, letter.id, reason=why)


async def _listed(
    page: Page,
    actor: Actor,
    application: Application,
    *,
    queue: Queue | None = None,
    cursor: UUID | None = None,
    status: int = 200,
    refused: str = "",
) -> Response[bytes]:
    found = await application.operations.list_dead_letters(
        actor, PageRequest(A_PAGE, cursor), queue
    )
    return page.shows(
        "admin/dead_letters",
        status=status,
        letters=found.items,
        next=found.next_cursor,
        shown_error=shown_error,
        queue=queue or "",
        queues=list(Queue),
        refused=refused,
    )
