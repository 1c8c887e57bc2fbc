"""The pages of alarms."""

from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....ports.language.errors import Refusal
from ....ports.language.ids import AlarmId
from ....ports.language.paging import PageRequest
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import act_once
from ..forms import detail_of
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .staff import A_PAGE

All: TypeAlias = Annotated[str, QueryParameter(name="all", max_length=3)]


class AlarmPages(Controller):
    """Alarms."""

    path = "/admin/alarms"

    @get()
    async def list_alarms(
        self,
        page: ThePage,
        user: User,
        application: App,
        shows_all: All = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List the open alarms, or all of them, newest first."""
        return await _listed(page, user.actor, application, shows_all=shows_all, cursor=cursor)

    @post("/{alarm_id:uuid}/resolution")
    async def resolve_alarm(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        alarm_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Close an alarm."""
        try:
            await act_once(
                application,
                user.actor,
                form,
                lambda: application.operations.resolve_alarm(
                    user.actor, AlarmId(alarm_id), reason=form.text("reason")
                ),
            )
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return await _listed(page, user.actor, application, status=status, refused=detail)
        return page.leads_to("/admin/alarms")


async def _listed(
    page: Page,
    actor: Actor,
    application: Application,
    *,
    shows_all: str = "",
    cursor: UUID | None = None,
    status: int = 200,
    refused: str = "",
) -> Response[bytes]:
    found = await application.operations.list_alarms(
        actor, PageRequest(A_PAGE, cursor), open_only=not shows_all
    )
    return page.shows(
        "admin/alarms",
        status=status,
        alarms=found.items,
        next=found.next_cursor,
        shows_all=shows_all,
        refused=refused,
    )
