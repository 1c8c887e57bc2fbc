"""Units of stock and their reservations, in memory."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ...ports.language.catalog import Reservation, ReservationStatus, StockLevel
from ...ports.language.errors import AlreadyReserved
from ...ports.language.ids import OrderId, ProductId
from ...ports.stock import Stock
from .database import MemoryAdapter


class MemoryStock(MemoryAdapter, Stock):
    """Reservations by order and by unit, with their count for each size.

    MemoryBooks counts the active asks.
    """

    async def levels(self, product_id: ProductId) -> Sequence[StockLevel]:
        with await self._database.reading():
            available = self._tables.available.get(product_id, {})
            reserved = self._tables.reserved.get(product_id, {})
            return [
                StockLevel(size, available.get(size, 0), reserved.get(size, 0))
                for size in sorted(available.keys() | reserved.keys())
            ]

    async def reserve(self, reservation: Reservation) -> Reservation:
        await self._database.writing()
        made = self._tables.reservations.get(reservation.order_id)
        if made is not None:
            return made
        if reservation.ask_id in self._tables.order_of_unit:
            raise AlreadyReserved(ask_id=reservation.ask_id)
        self._database.put(self._tables.reservations, reservation.order_id, reservation)
        self._database.put(self._tables.order_of_unit, reservation.ask_id, reservation.order_id)
        self._count_reserved(reservation, 1)
        return reservation

    async def reserve_all(self, *reservations: Reservation) -> Mapping[OrderId, Reservation]:
        made: dict[OrderId, Reservation] = {}
        for reservation in reservations:
            with suppress(AlreadyReserved):
                made[reservation.order_id] = await self.reserve(reservation)
        return made

    async def find(self, order_id: OrderId) -> Reservation | None:
        with await self._database.reading():
            return self._tables.reservations.get(order_id)

    async def settle(self, order_id: OrderId, status: ReservationStatus) -> None:
        await self._database.writing()
        reservation = self._tables.reservations.get(order_id)
        if reservation is None or reservation.status is not ReservationStatus.RESERVED:
            return
        settled = replace(reservation, status=status)
        self._database.put(self._tables.reservations, order_id, settled)
        if status is not ReservationStatus.CONSUMED:
            self._database.remove(self._tables.order_of_unit, reservation.ask_id)
        self._count_reserved(reservation, -1)

    def _count_reserved(self, reservation: Reservation, change: int) -> None:
        counts = self._tables.reserved[reservation.book.product_id]
        size = reservation.book.size
        count = counts.get(size, 0) + change
        if count:
            self._database.put(counts, size, count)
        else:
            self._database.remove(counts, size)
