"""The page that a seller prints and puts into the box."""

from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath

from ....core.orders.list_acts import OrderAct
from ....ports.language.errors import NotFound
from ....ports.language.ids import OrderId
from ...http.edge.injected import App
from ..pages import ThePage
from ..visitor import User
from .barcode import bars_of


class PackingSlipPages(Controller):
    """The packing slip of a sale."""

    @get("/orders/{order_id:uuid}/packing-slip")
    async def view_packing_slip(
        self, page: ThePage, user: User, order_id: FromPath[UUID], application: App
    ) -> Response[bytes]:
        """Show what to pack, where to ship it and by when.

        Only its seller has one, and only while the pair is to be shipped: nobody shall print the
        slip of an order that was cancelled. Raises NotFound.
        """
        id_ = OrderId(order_id)
        detail = await application.orders.view_order(user.actor, id_)
        possible = await application.orders.list_acts(user.actor, id_)
        if OrderAct.SHIP not in possible.acts:
            raise NotFound("packing slip of order", id_)
        return page.shows(
            "orders/packing_slip",
            order=detail.order,
            warehouse=detail.warehouse,
            product=await application.catalog.view_product(detail.order.product_id),
            barcode=bars_of(str(id_)),
        )
