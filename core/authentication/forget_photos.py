"""Forget the photos of orders that are over."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from ...ports.clock import Clock
from ...ports.disputes import Disputes
from ...ports.language.errors import Unavailable
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.retention import Retention
from ...ports.orders import Orders
from ...ports.photos import Photos
from ...ports.review_photos import ReviewPhotos
from ...ports.transaction import Transaction

_PAGE = 100
_FAILURES = 10
"""After so many orders whose photos could not be deleted, the rest is left for the next time."""


@dataclass(frozen=True, slots=True)
class ForgetPhotos:
    """Deletes the photos of a pair when no dispute about it can need them any more.

    That is some time after the last step of an order that is over. While a dispute is open they
    stay, because they are evidence. Photos that cannot be deleted keep no others.
    """

    transaction: Transaction
    review_photos: ReviewPhotos
    photos: Photos
    orders: Orders
    disputes: Disputes
    clock: Clock
    retention: Retention

    async def __call__(self) -> None:
        """Delete all that are too old, a file before its row.

        Raises Unavailable if some could not be deleted, after the rest was.
        """
        failures: list[Unavailable] = []
        async for order_id in self._old():
            try:
                await self._delete(order_id)
            except Unavailable as error:
                failures.append(error)
                if len(failures) == _FAILURES:
                    break
        if failures:
            raise failures[0]

    async def _old(self) -> AsyncIterator[OrderId]:
        before = self.clock.now() - self.retention.photos
        after: OrderId | None = None
        while page := await self.review_photos.kept(after, _PAGE):
            orders = await self.orders.look_up(page)
            for order in orders.values():
                if await self._is_old(order, before):
                    yield order.id
            after = page[-1]
            if orders[after].matched_at >= before:
                return

    async def _is_old(self, order: Order, before: datetime) -> bool:
        if not order.is_over or order.updated_at >= before:
            return False
        return all(dispute.is_settled for dispute in await self.disputes.of_order(order.id))

    async def _delete(self, order_id: OrderId) -> None:
        photos = await self.review_photos.of_order(order_id)
        for photo in photos:
            await self.photos.remove(photo.id)
        async with self.transaction():
            for photo in photos:
                await self.review_photos.remove(photo.id)
