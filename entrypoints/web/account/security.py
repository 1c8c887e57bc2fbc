"""The page of one's own password and sessions."""

from dataclasses import replace
from functools import partial
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from ....composition.application import Application
from ....ports.language.errors import Refusal
from ....ports.language.ids import SessionId
from ...http.edge.headers import program_of
from ...http.edge.injected import App, Limits
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, acted
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import SignedInVisitor, User

_HERE = "/account/security"
Done: TypeAlias = Annotated[str, QueryParameter(max_length=20)]


class SecurityPages(Controller):
    """Your password, and where you are signed in."""

    path = "/account/security"

    @get()
    async def view_security(
        self, page: ThePage, user: User, application: App, done: Done = ""
    ) -> Response[bytes]:
        """Show the form of another password, and your sessions."""
        return await _shown(page, application, user, NOT_REFUSED, done=done)

    @post("/password")
    async def change_password(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        application: App,
        credential_limits: Limits,
    ) -> Response[bytes]:
        """Change your password. All your other sessions end."""

        async def act() -> None:
            source = await credential_limits.check(request.scope, "own", str(user.actor.user_id))
            await application.users.change_password(
                user.actor,
                user.session_id,
                old=form.text("password"),
                new=form.text("new_password"),
                source=replace(source, trusted=True),
                program=program_of(request),
            )

        show = partial(_shown, page, application, user)
        return await acted(request, page, form, act, show, then=f"{_HERE}?done=password")

    @post("/sessions/{session_id:uuid}/end")
    async def end_session(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        session_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """End one of your sessions. Who ends this one is signed out."""
        try:
            await application.users.end_sessions.one(user.actor, SessionId(session_id))
        except Refusal as refusal:
            return await _shown(page, application, user, Refused.of(request, refusal))
        if session_id == user.session_id:
            return page.leads_to("/", becoming=user.signed_out())
        return page.leads_to(_HERE)

    @post("/other-sessions/end")
    async def end_other_sessions(
        self, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """End all your sessions but this one."""
        await application.users.end_sessions.others(user.actor, user.session_id)
        return page.leads_to(f"{_HERE}?done=sessions")


async def _shown(
    page: Page,
    application: Application,
    user: SignedInVisitor,
    refused: Refused,
    *,
    done: str = "",
) -> Response[bytes]:
    return page.shows(
        "account/security",
        status=refused.status,
        refused=refused,
        done=done,
        sessions=await application.users.list_sessions(user.actor),
        current=user.session_id,
    )
