"""Promising a seller's pair to an order."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.catalog import ReservationStatus
from ...ports.language.errors import AlreadyReserved
from ...ports.language.events import MatchCreated, StockRefused, StockReserved
from ...ports.outbox import Outbox
from ...ports.stock import Stock
from ...ports.transaction import Transaction
from .reservation import reservation_of


@dataclass(frozen=True, slots=True)
class ReserveStock:
    """A match reserves the unit that its ask stands for, so that no pair is promised twice.

    If the unit is another order's, the order hears that there is no stock for it. A match that is
    told a second time gets the same answer, or none if its order is over by now.
    """

    transaction: Transaction
    stock: Stock
    outbox: Outbox
    clock: Clock

    async def __call__(self, event: MatchCreated) -> None:
        reservation = reservation_of(event, self.clock.now())
        async with self.transaction():
            try:
                kept = await self.stock.reserve(reservation)
            except AlreadyReserved:
                await self.outbox.add(StockRefused(event.order_id))
                return
            if kept.status is ReservationStatus.RESERVED:
                await self.outbox.add(StockReserved(event.order_id))
