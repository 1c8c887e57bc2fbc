"""The page of one's own payout account."""

from functools import partial

from litestar import Controller, Response, get, post

from ....composition.application import Application
from ....ports.language.errors import Refusal
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .provider_links import provider_link

_HERE = "/account/payout-account"


class PayoutAccountPages(Controller):
    """Where what you sell is paid to."""

    path = "/account/payout-account"

    @get()
    async def view_payout_account(
        self, page: ThePage, user: User, application: App
    ) -> Response[bytes]:
        """Show what the payment provider says of your account now, and what it requires."""
        return await _shown(page, application, user.actor, NOT_REFUSED)

    @post("/onboarding")
    async def open_payout_account(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Go to the provider's page that asks for what is required.

        The first time, an account is opened, once however often the form is sent.
        """
        country = form.text("country").strip().upper() or None
        show = partial(_shown, page, application, user.actor)
        try:
            link = await application.sellers.open_account(user.actor, country=country)
        except Refusal as refusal:
            return await show(Refused.of(request, refusal, form))
        return provider_link(application, page, link.url, back=_HERE)

    @post("/dashboard")
    async def visit_payout_account(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Go to the provider's page with your balance there and your bank."""
        try:
            link = await application.sellers.visit_dashboard(user.actor)
        except Refusal as refusal:
            return await _shown(page, application, user.actor, Refused.of(request, refusal, form))
        return provider_link(application, page, link.url, back=_HERE)


async def _shown(
    page: Page, application: Application, actor: Actor, refused: Refused
) -> Response[bytes]:
    user = (await application.users.view_profile(actor)).user
    account = None if user.payout_account is None else await application.sellers.view_account(actor)
    return page.shows(
        "account/payout_account",
        status=refused.status,
        refused=refused,
        user=user,
        account=account,
    )
