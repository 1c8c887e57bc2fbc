"""The pages of dead letters."""

from contextlib import suppress
from functools import partial
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.audit import parse_reason
from ....ports.language.errors import NotFound, PartyToTheOrder
from ....ports.language.ids import MessageId
from ....ports.language.messages import Queue
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ...http.routes.admin.dead_letters import shown_error
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..choices import Choice, chosen
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .staff import A_PAGE

_HERE = "/admin/dead-letters"


class DeadLetterPages(Controller):
    """Dead letters."""

    path = "/admin/dead-letters"

    @get()
    async def list_dead_letters(
        self,
        page: ThePage,
        user: User,
        application: App,
        queue: Choice = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List what failed too often, newest first: all, or in one queue. Raises InvalidText."""
        return await _listed(page, user.actor, application, chosen("queue", queue, Queue), cursor)

    @post("/replay")
    async def replay_all(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Have the newest hundred handled again, of all queues or of one.

        Those about orders of one's own are left to others. A second press replays what is left.
        Raises InvalidText for an unknown queue.
        """
        only = chosen("queue", form.text("queue"), Queue)
        return await acted(
            request,
            page,
            form,
            lambda: _replay_newest(application, user.actor, only, form.text("reason")),
            partial(_listed, page, user.actor, application, only, None),
            then=f"{_HERE}?queue={only}" if only else _HERE,
        )

    @post("/{letter_id:uuid}/replay")
    async def replay_dead_letter(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        letter_id: FromPath[UUID],
        application: App,
        queue: Choice = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """Have one handled again, which is always safe. Raises InvalidText for an unknown queue."""
        only = chosen("queue", queue, Queue)

        async def replay() -> None:
            await application.operations.replay_dead_letter(
                user.actor, MessageId(letter_id), reason=form.text("reason")
            )

        return await acted(
            request,
            page,
            form,
            lambda: act_once(application, user.actor, form, replay),
            partial(_listed, page, user.actor, application, only, cursor),
            then=f"{_HERE}{page.query}",
        )


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
    queue: Queue | None,
    cursor: UUID | None,
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    found = await application.operations.list_dead_letters(
        actor, PageRequest(A_PAGE, cursor), queue
    )
    return page.shows(
        "admin/dead_letters",
        status=refused.status,
        letters=found.items,
        next=found.next_cursor,
        shown_error=shown_error,
        queue=queue or "",
        queues=list(Queue),
        refused=refused.detail,
    )
