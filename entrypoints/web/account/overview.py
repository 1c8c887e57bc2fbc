"""The page of an account: who it is, and what is missing before one can trade."""

from dataclasses import replace
from functools import partial
from typing import Annotated, TypeAlias

from litestar import Controller, Response, get, post
from litestar.params import QueryParameter

from ....composition.application import Application
from ....ports.language.users import Actor
from ...http.edge.injected import App, Limits
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User

_HERE = "/account"
Letter: TypeAlias = Annotated[str, QueryParameter(max_length=20)]


class OverviewPages(Controller):
    """Your account."""

    path = "/account"

    @get()
    async def view_account(
        self, page: ThePage, user: User, application: App, letter: Letter = ""
    ) -> Response[bytes]:
        """Show your profile, and what is missing before you can buy or sell."""
        return await _shown(page, application, user.actor, NOT_REFUSED, letter=letter)

    @post("/profile")
    async def edit_profile(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Change your name."""

        async def act() -> None:
            await application.users.edit_profile(
                user.actor, first_name=form.text("first_name"), last_name=form.text("last_name")
            )

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, act, show, then=_HERE)

    @post("/email-proof")
    async def send_proof_again(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Send the letter that proves your email again."""

        async def send() -> None:
            await application.users.request_email_proof(user.actor)

        async def act() -> None:
            await act_once(application, user.actor, form, send)

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, act, show, then=f"{_HERE}?letter=proof")

    @post("/new-email")
    async def change_email(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        application: App,
        credential_limits: Limits,
    ) -> Response[bytes]:
        """Send a letter to another email, which takes the place of yours once it is proven."""

        async def act() -> None:
            source = await credential_limits.check(request.scope, "own", str(user.actor.user_id))
            await application.users.change_email(
                user.actor,
                email=form.text("email"),
                password=form.text("password"),
                source=replace(source, trusted=True),
            )

        show = partial(_shown, page, application, user.actor)
        return await acted(request, page, form, act, show, then=f"{_HERE}?letter=new")


async def _shown(
    page: Page, application: Application, actor: Actor, refused: Refused, *, letter: str = ""
) -> Response[bytes]:
    users = application.users
    profile = await users.view_profile(actor)
    return page.shows(
        "account/overview",
        status=refused.status,
        refused=refused,
        letter=letter,
        profile=profile,
        preferences=await application.notifications.view_notification_preferences(actor),
        user=profile.user,
        addresses=await users.list_addresses(actor),
        balance=await application.payments.view_balance(actor),
    )
