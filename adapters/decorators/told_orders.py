"""Orders that announce every change on the order stream."""

from collections.abc import Sequence
from functools import partial

from ...ports.language.orders import Order
from ...ports.language.steps import RecordedStep
from ...ports.order_stream import OrderStream
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from .forwarding_orders import ForwardingOrders


class ToldOrders(ForwardingOrders):
    """Tells the buyer and seller of an order about every change, after its commit.

    It does not announce a new order, because the matching engine stores orders itself. The first
    announced change is the reservation of the pair, which follows the match at once.
    """

    def __init__(self, orders: Orders, *, stream: OrderStream, transaction: Transaction) -> None:
        super().__init__(orders)
        self._stream = stream
        self._transaction = transaction

    async def save(
        self, order: Order, steps: Sequence[RecordedStep], *, before: Order | None = None
    ) -> None:
        await super().save(order, steps, before=before)
        tell = partial(self._stream.tell, order.id, order.buyer_id, order.seller_id)
        self._transaction.announce(tell)
