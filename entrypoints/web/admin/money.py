"""The pages of the exchange's money: what is in suspense, and whether it is all there."""

from functools import partial

from litestar import Controller, Response, get, post

from ....composition.application import Application
from ....ports.language.errors import Unavailable
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ...http.routes.admin.waiting_money import NameCursor
from ..acting import NOT_REFUSED, Refused, act_once, acted
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User
from .staff import A_PAGE, check_sure


class MoneyPages(Controller):
    """Suspense and solvency."""

    path = "/admin"

    @get("/suspense")
    async def list_suspense(
        self, page: ThePage, user: User, application: App, cursor: NameCursor = ""
    ) -> Response[bytes]:
        """List the money of no known order, by the provider's names."""
        return await _suspense(page, user.actor, application, cursor)

    @post("/suspense/write-off")
    async def write_off_suspense(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        application: App,
        cursor: NameCursor = "",
    ) -> Response[bytes]:
        """Write off money of no known order."""

        async def write_off() -> None:
            check_sure(form)
            await application.payments.write_off_suspense(
                user.actor, form.text("name"), reason=form.text("reason")
            )

        return await acted(
            request,
            page,
            form,
            lambda: act_once(application, user.actor, form, write_off),
            partial(_suspense, page, user.actor, application, cursor),
            then=f"/admin/suspense{page.query}",
        )

    @get("/solvency")
    async def view_solvency(
        self, request: AnyRequest, page: ThePage, user: User, application: App
    ) -> Response[bytes]:
        """Compare the ledger with what the payment provider holds."""
        try:
            found = await application.payments.check_solvency()
        except Unavailable as refusal:
            refused = Refused.of(request, refusal)
            return page.shows(
                "admin/solvency", status=refused.status, found=None, refused=refused.detail
            )
        return page.shows("admin/solvency", found=found, refused="")


async def _suspense(
    page: Page,
    actor: Actor,
    application: Application,
    cursor: str,
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    found = await application.payments.list_suspense(actor, A_PAGE, cursor)
    return page.shows(
        "admin/suspense",
        status=refused.status,
        items=found.items,
        next=found.next_cursor,
        refused=refused.detail,
    )
