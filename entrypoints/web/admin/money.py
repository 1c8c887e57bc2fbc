"""The pages of the exchange's money: what is in suspense, and whether it is all there."""

from litestar import Controller, Response, get, post

from ....composition.application import Application
from ....ports.language.errors import Refusal, Unavailable
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ...http.routes.admin.waiting_money import NameCursor
from ..acting import act_once
from ..forms import detail_of
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
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Write off money of no known order."""
        try:
            check_sure(form)
            await act_once(
                application,
                user.actor,
                form,
                lambda: application.payments.write_off_suspense(
                    user.actor, form.text("name"), reason=form.text("reason")
                ),
            )
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return await _suspense(page, user.actor, application, "", status=status, refused=detail)
        return page.leads_to("/admin/suspense")

    @get("/solvency")
    async def view_solvency(
        self, request: AnyRequest, page: ThePage, user: User, application: App
    ) -> Response[bytes]:
        """Compare the ledger with what the payment provider holds."""
        try:
            found = await application.payments.check_solvency()
        except Unavailable as refusal:
            status, detail = detail_of(request, refusal)
            return page.shows("admin/solvency", status=status, found=None, refused=detail)
        return page.shows("admin/solvency", found=found, refused="")


async def _suspense(
    page: Page,
    actor: Actor,
    application: Application,
    cursor: str,
    *,
    status: int = 200,
    refused: str = "",
) -> Response[bytes]:
    found = await application.payments.list_suspense(actor, A_PAGE, cursor)
    return page.shows(
        "admin/suspense",
        status=status,
        items=found.items,
        next=found.next_cursor,
        refused=refused,
    )
