"""Reserve stock for a matched order."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.catalog import ReservationStatus
from ...ports.language.events import MatchCreated, StockRefused, StockReserved
from ...ports.outbox import Outbox
from ...ports.stock import Stock
from ...ports.transaction import Transaction
from .reservation import reservation_of


@dataclass(frozen=True, slots=True)
class ReserveStock:
    """Reserves each ask's unit for its order, so that no pair is sold twice.

    If another order has the unit, it emits StockRefused. A redelivered match gets the same answer,
    or none if its order has ended meanwhile.
    """

    transaction: Transaction
    stock: Stock
    outbox: Outbox
    clock: Clock

    async def __call__(self, *matches: MatchCreated) -> None:
        """Reserve the units of these matches in one transaction."""
        now = self.clock.now()
        async with self.transaction():
            made = await self.stock.reserve_all(*(reservation_of(match, now) for match in matches))
            for match in matches:
                kept = made.get(match.order_id)
                if kept is None:
                    await self.outbox.add(StockRefused(match.order_id))
                elif kept.status is ReservationStatus.RESERVED:
                    await self.outbox.add(StockReserved(match.order_id))
