"""The pages of halts."""

from functools import partial
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.audit import AuditEntry
from ....ports.language.ids import HaltId
from ....ports.language.paging import PageRequest
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, acted
from ..listed_products import listed_products
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .alarms import All
from .staff import A_PAGE, ask_once


class HaltPages(Controller):
    """Halts."""

    path = "/admin/halts"

    @get()
    async def list_halts(
        self,
        page: ThePage,
        user: User,
        application: App,
        shows_all: All = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List the halts that stand, or all of them, newest first."""
        return await _listed(page, user.actor, application, shows_all, cursor)

    @post("/{halt_id:uuid}/end")
    async def end_halt(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        halt_id: FromPath[UUID],
        application: App,
        shows_all: All = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """End a halt. The books open, and waiting asks may match at once."""

        async def ask() -> AuditEntry:
            return await application.bidding.request_halt_end(
                user.actor, HaltId(halt_id), reason=form.text("reason")
            )

        return await acted(
            request,
            page,
            form,
            lambda: ask_once(application, user.actor, form, ask),
            partial(_listed, page, user.actor, application, shows_all, cursor),
            then=f"/admin/halts{page.query}",
        )


async def _listed(
    page: Page,
    actor: Actor,
    application: Application,
    shows_all: str,
    cursor: UUID | None,
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    found = await application.bidding.list_halts(
        actor, PageRequest(A_PAGE, cursor), standing=None if shows_all else True
    )
    return page.shows(
        "admin/halts",
        status=refused.status,
        halts=found.items,
        next=found.next_cursor,
        shows_all=shows_all,
        products=await listed_products(application, (halt.product_id for halt in found.items)),
        refused=refused.detail,
    )
