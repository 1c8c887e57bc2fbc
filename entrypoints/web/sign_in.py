"""Pages to sign in and out."""

from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.params import QueryParameter

from ...ports.language.errors import Refusal
from ..http.edge.injected import App, Limits
from ..http.edge.problems import AnyRequest
from ..http.edge.signing_in import sign_in
from .forms import detail_of
from .pages import ThePage
from .posted import KEPT, TheForm, local_path
from .visitor import User

Next = Annotated[str, QueryParameter(name="next", max_length=2_000)]
"""The path to go on at."""


class SignInPages(Controller):
    """Signing in by a form, and out."""

    @get("/sign-in")
    async def view_sign_in(self, page: ThePage, go_on_at: Next = "/") -> Response[bytes]:
        """Show the form."""
        return page.shows(
            "account/sign_in", next=local_path(go_on_at), kept={}, email="", refused=""
        )

    @post("/sign-in")
    async def sign_in(
        self,
        request: AnyRequest,
        page: ThePage,
        form: TheForm,
        application: App,
        credential_limits: Limits,
    ) -> Response[bytes]:
        """Open a session, and go on where the visitor wanted to be.

        A form that was sent without a session is shown again, to be sent by its own button.
        """
        email, go_on_at = form.text("email"), local_path(form.text("next"))
        kept = {
            name.removeprefix(KEPT): text
            for name, text in form.fields.items()
            if name.startswith(KEPT)
        }
        try:
            signed_in = await sign_in(
                request,
                application,
                credential_limits,
                email=email,
                password=form.text("password"),
                in_browser=True,
            )
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return page.shows(
                "account/sign_in",
                status=status,
                next=go_on_at,
                kept=kept,
                email=email,
                refused=detail,
            )
        visitor = page.visitor.signed_in_with(signed_in.refresh_token)
        if not kept:
            return page.leads_to(go_on_at, becoming=visitor)
        page.visitor = visitor
        return page.shows("account/again", path=go_on_at, fields=kept, is_outdated=False)

    @post("/sign-out")
    async def sign_out(
        self, user: User, page: ThePage, form: TheForm, application: App
    ) -> Response[bytes]:
        """End the session."""
        await application.users.sign_out(user.session_id)
        return page.leads_to("/", becoming=user.signed_out())
