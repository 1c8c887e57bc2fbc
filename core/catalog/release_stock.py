"""Taking back what was promised to an order that came to nothing."""

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
    """An order that is cancelled, or whose pair failed authentication, needs its unit no longer.

    Where the ask goes back into its book, because only the payment was at fault, the unit is
    released for the next order; else it is removed. The second time changes nothing.
    """

    transaction: Transaction
    stock: Stock
    clock: Clock

    async def __call__(self, event: OrderCancelled | OrderAuthFailed) -> None:
        ask_returns = isinstance(event, OrderCancelled) and event.reason.ask_returns
        status = ReservationStatus.RELEASED if ask_returns else ReservationStatus.REMOVED
        async with self.transaction():
            if isinstance(event, OrderCancelled):
                await self._forestall(event)
            await self.stock.settle(event.order_id, status)

    async def _forestall(self, event: OrderCancelled) -> None:
        """See to it that the order has a reservation to end.

        The match may be told later than the cancellation. It would then reserve the unit for an
        order that is over, and nobody would ever release it; it finds an ended reservation instead.
        """
        try:
            await self.stock.reserve(reservation_of(event, self.clock.now()))
        except AlreadyReserved:
            # Another order's unit: the match will be refused, and nothing is left behind.
            return
