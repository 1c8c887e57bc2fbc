"""What an order has asked other contexts to do."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.errors import IllegalMove
from ...ports.language.events import (
    MatchCreated,
    OrderAuthFailed,
    OrderCancelled,
    OrderConfirmed,
    PaymentRefundDue,
    PaymentRequested,
    PayoutDue,
)
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order, OrderStatus, PaymentStatus, PayoutStatus
from ...ports.language.rules import MarketRules
from ...ports.language.steps import StockReserved
from ...ports.orders import Orders
from .advance import match_created, order_auth_failed, order_cancelled, order_confirmed
from .deadlines import hold_ends_at
from .moves import legal_moves


@dataclass(frozen=True, slots=True)
class RequestedWork:
    """Tells what an order has asked for, as the event with which it asked.

    The saga sends each event once it is due. Whoever handles it is idempotent, so a service may
    hand it over again, and can neither begin anything early nor do it twice.
    """

    orders: Orders
    clock: Clock
    rules: MarketRules

    async def reservation(self, order_id: OrderId) -> MatchCreated:
        """Return the request to reserve the pair. Raises NotFound."""
        return match_created(await self.orders.get(order_id))

    async def charge(self, order_id: OrderId) -> PaymentRequested:
        """Return the request to charge the buyer. Raises NotFound, IllegalMove."""
        order = await self.orders.get(order_id)
        history = await self.orders.history(order_id)
        if not any(isinstance(recorded.step, StockReserved) for recorded in history):
            raise _too_early(order, "charged")
        return PaymentRequested(order.id, order.buyer_id, order.buyer_total)

    async def release(self, order_id: OrderId) -> OrderCancelled | OrderAuthFailed:
        """Return the request to release the pair. Raises NotFound, IllegalMove."""
        order = await self.orders.get(order_id)
        ended = _ended(order)
        if ended is None:
            raise _too_early(order, "released")
        return ended

    async def refund(
        self, order_id: OrderId
    ) -> OrderCancelled | OrderAuthFailed | PaymentRefundDue:
        """Return the request to refund the buyer. Raises NotFound, IllegalMove."""
        order = await self.orders.get(order_id)
        ended = _ended(order)
        if ended is not None:
            return ended
        if order.payment_status in (PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED):
            return PaymentRefundDue(order.id)
        raise _too_early(order, "refunded")

    async def payout(self, order_id: OrderId) -> PayoutDue:
        """Return the request to pay the seller. Raises NotFound, IllegalMove."""
        order = await self.orders.get(order_id)
        now = self.clock.now()
        is_due = order.may_be_paid_out and hold_ends_at(order, now, self.rules) <= now
        if not is_due and order.payout_status is not PayoutStatus.PAID:
            raise _too_early(order, "paid_out")
        return PayoutDue.of(order)

    async def authentication(self, order_id: OrderId) -> OrderConfirmed:
        """Return the request to authenticate the pair. Raises NotFound, IllegalMove."""
        order = await self.orders.get(order_id)
        if order.ship_by is None:
            raise _too_early(order, "authenticated")
        return order_confirmed(order, order.ship_by)


def _ended(order: Order) -> OrderCancelled | OrderAuthFailed | None:
    if order.status is OrderStatus.CANCELLED:
        return order_cancelled(order)
    if order.status is OrderStatus.AUTH_FAILED:
        return order_auth_failed(order, order.note or "")
    return None


def _too_early(order: Order, move: str) -> IllegalMove:
    return IllegalMove(order_id=order.id, status=order.status, move=move, legal=legal_moves(order))
