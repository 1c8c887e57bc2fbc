"""Forget the shipping addresses of orders that are over."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ...ports.clock import Clock
from ...ports.disputes import Disputes
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.retention import Retention
from ...ports.orders import Destinations, Orders
from ...ports.transaction import Transaction

_PAGE = 100


@dataclass(frozen=True, slots=True)
class ForgetAddresses:
    """Erases an order's shipping address when nothing can need it any more.

    That is some time after the last step of an order that is over. While a dispute is open, it
    stays, because it is evidence.
    """

    transaction: Transaction
    destinations: Destinations
    orders: Orders
    disputes: Disputes
    clock: Clock
    retention: Retention

    async def __call__(self) -> None:
        """Erase all that are too old, in portions.

        Those of orders that are older and not over are looked at each time: there are few.
        """
        before = self.clock.now() - self.retention.addresses
        after: OrderId | None = None
        while page := await self.destinations.kept(after, _PAGE):
            orders = await self.orders.look_up(page)
            await self._erase([o.id for o in orders.values() if await self._is_old(o, before)])
            after = page[-1]
            if orders[after].matched_at >= before:
                return

    async def _is_old(self, order: Order, before: datetime) -> bool:
        if not order.is_over or order.updated_at >= before:
            return False
        return all(dispute.is_settled for dispute in await self.disputes.of_order(order.id))

    async def _erase(self, old: Collection[OrderId]) -> None:
        if old:
            async with self.transaction():
                for order_id in old:
                    await self.destinations.erase(order_id)
