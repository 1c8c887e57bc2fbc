"""Consume the stock of a delivered order."""

from dataclasses import dataclass

from ...ports.language.catalog import ReservationStatus
from ...ports.language.events import OrderDelivered
from ...ports.stock import Stock
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ConsumeStock:
    """Marks the unit of a delivered pair as consumed, so that it cannot be reserved again."""

    transaction: Transaction
    stock: Stock

    async def __call__(self, event: OrderDelivered) -> None:
        async with self.transaction():
            await self.stock.settle(event.order_id, ReservationStatus.CONSUMED)
