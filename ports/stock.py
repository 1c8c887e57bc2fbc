"""The port to stock and reservations."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from .language.catalog import Reservation, ReservationStatus, StockLevel
from .language.ids import OrderId, ProductId


class Stock(Protocol):
    """Stock. An active ask is one unit. Writes need a transaction."""

    async def levels(self, product_id: ProductId) -> Sequence[StockLevel]:
        """Return the available and reserved units of each size with any, sorted by size text."""
        ...

    async def reserve(self, reservation: Reservation) -> Reservation:
        """Store a reservation, or return the existing one of its order.

        Raises AlreadyReserved if the unit is reserved for, or consumed by, another order.
        """
        ...

    async def reserve_all(self, *reservations: Reservation) -> Mapping[OrderId, Reservation]:
        """Reserve several units like `reserve`, and return the reservations by order.

        Those are missing whose unit is reserved for, or consumed by, another order.
        """
        ...

    async def find(self, order_id: OrderId) -> Reservation | None:
        """Return the order's reservation, or None."""
        ...

    async def settle(self, order_id: OrderId, status: ReservationStatus) -> None:
        """End the order's reservation with `status`, if it has one that has not ended."""
        ...
