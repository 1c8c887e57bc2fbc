"""Reserve stock for a matched order."""

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
    """Reserves the ask's unit for the order, so that no pair is sold twice.

    If another order has the unit, it emits StockRefused. A redelivered match gets the same answer,
    or none if its order has ended meanwhile.
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
