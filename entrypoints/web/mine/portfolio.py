"""The page of what one's pairs are worth."""

from litestar import Controller, Response, get

from ....ports.language.paging import PageRequest
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ..listed_products import listed_products
from ..pages import ThePage
from ..visitor import User
from .value_chart import value_chart_of

_A_PAGE = 20


class PortfolioPages(Controller):
    """Your pairs."""

    @get("/portfolio")
    async def view_portfolio(
        self, page: ThePage, user: User, application: App, cursor: Cursor = None
    ) -> Response[bytes]:
        """Show what your pairs are worth, in total, over time and each."""
        analytics = application.analytics
        view = await analytics.view_portfolio(user.actor)
        found = await analytics.list_holdings(user.actor, PageRequest(_A_PAGE, cursor))
        return page.shows(
            "mine/portfolio",
            view=view,
            chart=value_chart_of(view.weeks),
            holdings=found.items,
            next=found.next_cursor,
            products=await listed_products(
                application, (holding.book.product_id for holding in found.items)
            ),
        )
