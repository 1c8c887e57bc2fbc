"""The page of one's balance and payouts."""

from litestar import Controller, Response, get

from ....ports.language.paging import PageRequest
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ..pages import ThePage
from ..visitor import User

_A_PAGE = 20


class PayoutPages(Controller):
    """What the exchange owes you, and has paid you."""

    @get("/payouts")
    async def list_payouts(
        self, page: ThePage, user: User, application: App, cursor: Cursor = None
    ) -> Response[bytes]:
        """Show the balance, and the payouts, newest first."""
        payments, actor = application.payments, user.actor
        found = await payments.list_payouts(actor, PageRequest(_A_PAGE, cursor))
        return page.shows(
            "mine/payouts",
            balance=await payments.view_balance(actor),
            payouts=found.items,
            next=found.next_cursor,
        )
