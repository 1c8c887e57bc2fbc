"""The pages of the bids and asks of users, for admins."""

from functools import partial
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....ports.language.audit import AuditEntry
from ....ports.language.ids import QuoteId, UserId
from ....ports.language.market import Side
from ....ports.language.paging import PageRequest
from ....ports.language.users import Actor
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused, acted
from ..listed_products import listed_products
from ..pages import Page, ThePage
from ..posted import TheForm
from ..trade.place import SideOf
from ..visitor import User
from .staff import A_PAGE, ask_once, check_sure


class AdminQuotePages(Controller):
    """The open bids and asks of a user."""

    path = "/admin/users/{user_id:uuid}/quotes"

    @get()
    async def list_quotes(
        self,
        page: ThePage,
        user: User,
        user_id: FromPath[UUID],
        application: App,
        side: SideOf = Side.BID,
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List what may still trade, newest first."""
        return await _listed(page, user.actor, application, UserId(user_id), side, cursor)

    @post("/{side:str}/{quote_id:uuid}/withdrawal")
    async def withdraw_quote(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        user_id: FromPath[UUID],
        side: FromPath[Side],
        quote_id: FromPath[UUID],
        application: App,
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """Have a quote withdrawn. Its owner is told, with the note."""
        owner = UserId(user_id)

        async def ask() -> AuditEntry:
            check_sure(form)
            return await application.bidding.request_withdrawal(
                user.actor,
                QuoteId(quote_id),
                reason=form.text("reason"),
                note=form.text("note") or None,
            )

        return await acted(
            request,
            page,
            form,
            lambda: ask_once(application, user.actor, form, ask),
            partial(_listed, page, user.actor, application, owner, side, cursor),
            then=f"/admin/users/{owner}/quotes{page.query}",
        )


async def _listed(
    page: Page,
    actor: Actor,
    application: Application,
    user_id: UserId,
    side: Side,
    cursor: UUID | None,
    refused: Refused = NOT_REFUSED,
) -> Response[bytes]:
    found = await application.bidding.list_quotes.of_user(
        actor, user_id, side, PageRequest(A_PAGE, cursor), standing=True
    )
    return page.shows(
        "admin/quotes",
        status=refused.status,
        user_id=user_id,
        side=side,
        quotes=found.items,
        next=found.next_cursor,
        products=await listed_products(
            application, (quote.book.product_id for quote in found.items)
        ),
        refused=refused.detail,
    )
