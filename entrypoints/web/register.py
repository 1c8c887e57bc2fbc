"""Pages for those who have no account yet, and for those who forgot their password."""

from litestar import Controller, Response, get, post

from ...ports.language.errors import Refusal
from ..http.edge.injected import App, Limits
from ..http.edge.problems import AnyRequest
from .forms import detail_of
from .pages import ThePage
from .posted import TheForm
from .words import words

_GIVEN = ("first_name", "last_name", "email")


class RegisterPages(Controller):
    """Registering by a form, and asking for a new password."""

    @get("/register")
    async def view_registration(self, page: ThePage) -> Response[bytes]:
        """Show the form."""
        return page.shows("account/register", given=dict.fromkeys(_GIVEN, ""), refused="")

    @post("/register", status_code=200)
    async def register(
        self,
        request: AnyRequest,
        page: ThePage,
        form: TheForm,
        application: App,
        credential_limits: Limits,
    ) -> Response[bytes]:
        """Register. The page is the same if the email is taken, whose user is told by a letter."""
        given = {name: form.text(name) for name in _GIVEN}
        try:
            source = await credential_limits.check(request.scope, "registrations", given["email"])
            await application.users.accept_registration(
                **given, password=form.text("password"), source=source
            )
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return page.shows("account/register", status=status, given=given, refused=detail)
        texts = words().register
        must_prove = application.users.register_user.verify_addresses
        text = texts.done if must_prove else texts.unverified
        return page.shows("account/done", texts=texts, text=text)

    @get("/forgotten-password")
    async def view_forgotten(self, page: ThePage) -> Response[bytes]:
        """Show the form that asks for a link."""
        return page.shows("account/forgotten", email="", refused="")

    @post("/forgotten-password", status_code=200)
    async def ask_for_link(
        self,
        request: AnyRequest,
        page: ThePage,
        form: TheForm,
        application: App,
        credential_limits: Limits,
    ) -> Response[bytes]:
        """Send a letter with a link. The page is the same whoever the email belongs to."""
        email = form.text("email")
        try:
            await credential_limits.check(request.scope, "resets", email)
            await application.users.request_password_reset(email)
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return page.shows("account/forgotten", status=status, email=email, refused=detail)
        texts = words().forgotten
        return page.shows("account/done", texts=texts, text=texts.done)
