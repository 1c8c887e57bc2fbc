"""View an order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...ports.language.ids import OrderId
from ...ports.language.notifications import Warehouse
from ...ports.language.orders import Order, OrderStatus
from ...ports.language.payment_actions import PaymentAction
from ...ports.language.rules import MarketRules
from ...ports.language.users import Actor, PostalAddress
from ...ports.orders import Destinations, Orders
from ...ports.payments import PaymentActions
from ...ports.users import NewestAddresses
from .shown_orders import ShownOrder, show_order
from .viewers import Viewer, visible_order, visible_orders


@dataclass(frozen=True, slots=True)
class OrderInDetail:
    """An order and its shipping addresses, as its viewer sees them."""

    order: ShownOrder
    ship_to: PostalAddress | None
    """The pair's destination, for the buyer and staff.

    None for the seller, if it was erased, or if the buyer had no address at the match and has none.
    """
    warehouse: Warehouse | None
    """Where the seller ships the pair; None for the buyer, unless a complaint sends it back."""
    complain_by: datetime | None
    """The end of the complaint window of a delivered pair; None for the seller."""
    payment_action: PaymentAction | None
    """What the buyer must do to pay; None for everybody else."""


@dataclass(frozen=True, slots=True)
class ViewOrder:
    """Shows an order to its buyer, its seller and staff. To everybody else it does not exist."""

    orders: Orders
    destinations: Destinations
    newest_addresses: NewestAddresses
    payment_actions: PaymentActions
    warehouse: Warehouse
    rules: MarketRules

    async def __call__(self, actor: Actor, order_id: OrderId) -> OrderInDetail:
        """Return the order as the actor may see it. Raises NotFound."""
        order = await visible_order(self.orders, actor, order_id)
        return (await self._in_detail(actor, [order]))[0]

    async def several(
        self, actor: Actor, order_ids: Collection[OrderId]
    ) -> Sequence[OrderInDetail]:
        """Return orders as the actor may see them, in the same order. Raises NotFound.

        They are read together, except what there is to do for the few that a buyer has not paid.
        """
        return await self._in_detail(actor, await visible_orders(self.orders, actor, order_ids))

    async def _in_detail(self, actor: Actor, orders: Sequence[Order]) -> Sequence[OrderInDetail]:
        bought = [order for order in orders if Viewer.of(actor, order).sees_purchase]
        addresses = await self._addresses(bought)
        return [await self._shown(actor, order, addresses.get(order.id)) for order in orders]

    async def _shown(
        self, actor: Actor, order: Order, ship_to: PostalAddress | None
    ) -> OrderInDetail:
        viewer = Viewer.of(actor, order)
        return OrderInDetail(
            order=show_order(order, actor),
            ship_to=ship_to,
            warehouse=self.warehouse if viewer.sees_sale or order.awaits_return else None,
            complain_by=self._complain_by(order) if viewer.sees_purchase else None,
            payment_action=await self._payment_action(order) if viewer is Viewer.BUYER else None,
        )

    async def _addresses(self, orders: Sequence[Order]) -> Mapping[OrderId, PostalAddress]:
        """Return where the pairs go, of those orders of which it is known."""
        kept = await self.destinations.of([order.id for order in orders]) if orders else {}
        # Without an address, one that is over was erased, and another one would be wrong.
        without = [order for order in orders if order.id not in kept and not order.is_over]
        if not without:
            return kept
        newest = await self.newest_addresses.of({order.buyer_id for order in without})
        found = {order.id: newest[order.buyer_id] for order in without if order.buyer_id in newest}
        return {**kept, **found}

    async def _payment_action(self, order: Order) -> PaymentAction | None:
        if order.status is not OrderStatus.PENDING:
            return None
        return await self.payment_actions.of(order.id)

    def _complain_by(self, order: Order) -> datetime | None:
        held_since = order.held_since
        return None if held_since is None else held_since + self.rules.complaint_window
