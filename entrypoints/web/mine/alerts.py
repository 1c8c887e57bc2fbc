"""The pages of price alerts."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....ports.language.errors import InvalidText, Refusal
from ....ports.language.ids import AlertId, ProductId
from ....ports.language.market import Condition
from ....ports.language.paging import PageRequest
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ...http.edge.problems import AnyRequest
from ..acting import act_once
from ..choices import chosen
from ..forms import detail_of
from ..listed_products import listed_products
from ..market.product import show_product
from ..pages import ThePage
from ..posted import TheForm
from ..trade.amounts import amount_of
from ..visitor import User

_A_PAGE = 20


class AlertPages(Controller):
    """Your price alerts."""

    @get("/alerts")
    async def list_alerts(
        self, page: ThePage, user: User, application: App, cursor: Cursor = None
    ) -> Response[bytes]:
        """List your price alerts, newest first."""
        found = await application.price_alerts.list_price_alerts(
            user.actor, PageRequest(_A_PAGE, cursor)
        )
        return page.shows(
            "mine/alerts",
            watched=found.items,
            next=found.next_cursor,
            products=await listed_products(
                application, (watched.alert.book.product_id for watched in found.items)
            ),
        )

    @post("/products/{product_id:uuid}/alerts")
    async def watch_price(
        self,
        request: AnyRequest,
        page: ThePage,
        user: User,
        form: TheForm,
        product_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Create an alert, once however often the form is sent, or show the product again.

        Raises InvalidText for a condition that the form does not offer.
        """
        id_, size, typed = ProductId(product_id), form.text("size"), form.text("amount")
        condition = chosen("condition", form.text("condition"), Condition)
        if condition is None:
            raise InvalidText(field="condition", problem="is missing")

        async def watch() -> None:
            await application.price_alerts.watch_price(
                user.actor,
                product_id=id_,
                size=size,
                condition=condition,
                price=amount_of(typed, page.currency),
            )

        try:
            await act_once(application, user.actor, form, watch)
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return await show_product(
                page, application, id_, size, condition, status=status, refused=detail, typed=typed
            )
        return page.leads_to("/alerts")

    @post("/alerts/{alert_id:uuid}/removal")
    async def unwatch_price(
        self,
        page: ThePage,
        user: User,
        form: TheForm,
        alert_id: FromPath[UUID],
        application: App,
    ) -> Response[bytes]:
        """Delete an alert. Raises NotFound if it is none of the user's."""
        await act_once(
            application,
            user.actor,
            form,
            lambda: application.price_alerts.unwatch_price(user.actor, AlertId(alert_id)),
        )
        return page.leads_to("/alerts")
