"""The pages that links in letters lead to."""

from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import QueryParameter

from ...ports.language.errors import Refusal
from ..http.edge.bearer import PUBLIC
from ..http.edge.headers import program_of
from ..http.edge.injected import App
from ..http.edge.problems import AnyRequest
from .forms import MOST_FORM, failed_page, refused_page, submitted
from .page import form, link, page, paragraph

Token = Annotated[str, QueryParameter(max_length=200)]
"""The token of a link. No log has it, and no page sends it on as a referrer."""


class ProofPages(Controller):
    """Nobody need be signed in to use them: the token of a link says what it is for."""

    path = "/account"
    include_in_schema = False
    opt = PUBLIC
    request_max_body_size = MOST_FORM
    exception_handlers = {Refusal: refused_page, HTTPException: failed_page}  # noqa: RUF012  # of Litestar

    @get("/email")
    async def email_form(self, token: Token = "") -> Response[bytes]:
        """Show the button that proves an email."""
        return page(
            "Prove your email",
            paragraph("Press the button to prove that this email is yours."),
            form("/account/email", token=token, button="It is mine"),
        )

    @post("/email", status_code=200)
    async def prove_email(self, request: AnyRequest, application: App) -> Response[bytes]:
        """Prove an email."""
        fields = await submitted(request)
        await application.users.prove_email(fields.get("token", ""))
        text = "Your email is proven."
        return page("Thank you", paragraph(text), *_on(request, "/account", "Go to your account"))

    @get("/password")
    async def password_form(self, token: Token = "") -> Response[bytes]:
        """Show the form of a new password."""
        return page(
            "Set a new password",
            form(
                "/account/password",
                "<label>New password, of at least 8 characters"
                "<input type='password' name='password' autocomplete='new-password' minlength='8'"
                " maxlength='72' required></label>",
                token=token,
                button="Set it",
            ),
        )

    @post("/password", status_code=200)
    async def reset_password(self, request: AnyRequest, application: App) -> Response[bytes]:
        """Set a new password."""
        fields = await submitted(request)
        await application.users.reset_password(
            fields.get("token", ""),
            password=fields.get("password", ""),
            program=program_of(request),
        )
        text = "Your password is set, and all your sessions have ended. Sign in again."
        return page("Thank you", paragraph(text), *_on(request, "/sign-in", "Sign in"))


def _on(request: AnyRequest, path: str, text: str) -> tuple[str, ...]:
    """Return a link to a page, unless the exchange has the API alone."""
    has_pages = request.route_handler.opt["has_pages"]
    return (link(path, text),) if has_pages else ()
