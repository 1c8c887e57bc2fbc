"""The page of one's balance and payouts."""

from litestar import Controller, Response, get

from ....ports.language.orders import OrderStatus, PayoutStatus
from ....ports.language.paging import PageRequest
from ....ports.language.users import Role
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ..pages import ThePage
from ..visitor import User

_A_PAGE = 20
_SALES = 50
"""How many of the newest delivered sales are looked at: money is held for days, not for weeks."""


class PayoutPages(Controller):
    """What the exchange owes you, and has paid you."""

    @get("/payouts")
    async def list_payouts(
        self, page: ThePage, user: User, application: App, cursor: Cursor = None
    ) -> Response[bytes]:
        """Show the balance, the newest sales whose money is held, and the payouts, newest first."""
        payments, actor = application.payments, user.actor
        found = await payments.list_payouts(actor, PageRequest(_A_PAGE, cursor))
        delivered = await application.orders.list_orders(
            actor, PageRequest(_SALES), role=Role.SELLER, status=OrderStatus.DELIVERED
        )
        return page.shows(
            "mine/payouts",
            balance=await payments.view_balance(actor),
            held=[sale for sale in delivered.items if sale.payout_status is PayoutStatus.HELD],
            payouts=found.items,
            next=found.next_cursor,
        )
