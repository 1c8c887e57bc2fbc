"""The pages of alarms."""

from functools import partial
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....ports.language.ids import AlarmId
from ....ports.language.paging import PageRequest
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, act_once, acted
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
        return await _listed(page, user.actor, application, shows_all, cursor)

    @post("/{alarm_id:uuid}/resolution")
    async def resolve_alarm(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        alarm_id: FromPath[UUID],
        application: App,
        shows_all: All = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """Close an alarm."""

        async def resolve() -> None:
            await application.operations.resolve_alarm(
                user.actor, AlarmId(alarm_id), reason=form.text("reason")
            )

        return await acted(
            request,
            page,
            form,
            lambda: act_once(application, user.actor, form, resolve),
            partial(_listed, page, user.actor, application, shows_all, cursor),
            then=f"/admin/alarms{page.query}",
        )


async def _listed(
    page: Page,
    actor: Actor,
    application: Application,
    shows_all: str,
    cursor: UUID | None,
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    found = await application.operations.list_alarms(
        actor, PageRequest(A_PAGE, cursor), open_only=not shows_all
    )
    return page.shows(
        "admin/alarms",
        status=refused.status,
        alarms=found.items,
        next=found.next_cursor,
        shows_all=shows_all,
        refused=refused.detail,
    )
