"""Complain about an order."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.complaints import ComplaintKind
from ...ports.language.errors import ComplaintTooLate, Forbidden
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.rules import MarketRules
from ...ports.language.steps import Complained
from ...ports.language.text import check_text
from ...ports.language.users import Actor
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from .moves import check_legal
from .progress import Progress
from .viewers import visible_order


@dataclass(frozen=True, slots=True)
class Complain:
    """The buyer complains, once per order. The payout is frozen until the complaint is settled.

    A complaint that the buyer withdrew by confirming the delivery does not count. The buyer can
    report a pair as not received once it has left the warehouse, unless they confirmed its
    delivery. They can report it as not as described once it is delivered. Both are possible until
    `rules.complaint_window` after the delivery, even if the seller was paid. Downtime does not
    count.
    """

    transaction: Transaction
    orders: Orders
    progress: Progress
    clock: Clock
    rules: MarketRules

    async def __call__(
        self, actor: Actor, order_id: OrderId, *, kind: ComplaintKind, reason: str
    ) -> Order:
        """Return the order.

        Raises NotFound, Forbidden, InvalidText, IllegalMove, Outdated, ComplaintTooLate.
        """
        words = check_text("reason", reason, max_length=1_000)
        async with self.transaction():
            order = await visible_order(self.orders, actor, order_id)
            if actor.user_id != order.buyer_id:
                raise Forbidden(action="complain", needs="the buyer")
            step = Complained(kind, words)
            check_legal(order, step)
            self._check_time(order)
            return await self.progress(order, step)

    def _check_time(self, order: Order) -> None:
        if order.held_since is None:
            return
        until = order.held_since + self.rules.complaint_window
        if self.clock.now() >= until:
            raise ComplaintTooLate(order_id=order.id, until=until)
