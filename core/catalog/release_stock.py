"""Release the stock of a cancelled order."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.catalog import ReservationStatus
from ...ports.language.errors import AlreadyReserved
from ...ports.language.events import OrderAuthFailed, OrderCancelled
from ...ports.stock import Stock
from ...ports.transaction import Transaction
from .reservation import reservation_of


@dataclass(frozen=True, slots=True)
class ReleaseStock:
    """Ends the reservation of an order that was cancelled or whose pair failed authentication.

    If the ask returns to its book, because only the payment failed, the unit is released for the
    next order. Otherwise the unit is removed. The handler is idempotent.
    """

    transaction: Transaction
    stock: Stock
    clock: Clock

    async def __call__(self, event: OrderCancelled | OrderAuthFailed) -> None:
        ask_returns = isinstance(event, OrderCancelled) and event.reason.ask_returns
        status = ReservationStatus.RELEASED if ask_returns else ReservationStatus.REMOVED
        async with self.transaction():
            if isinstance(event, OrderCancelled):
                await self._reserve_first(event)
            await self.stock.settle(event.order_id, status)

    async def _reserve_first(self, event: OrderCancelled) -> None:
        """Add the reservation that is about to be ended, unless the order has it already.

        The cancellation may arrive before the match. Without an ended reservation, the match would
        then reserve the unit for a cancelled order, and nothing would ever release it.
        """
        try:
            await self.stock.reserve(reservation_of(event, self.clock.now()))
        except AlreadyReserved:
            # Another order has the unit: the match will be refused, so nothing needs releasing.
            return
