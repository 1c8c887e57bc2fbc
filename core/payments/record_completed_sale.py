"""A completed sale counts towards its seller's level."""

from dataclasses import dataclass

from ...ports.language.events import OrderDelivered
from ...ports.language.payments import Quarter
from ...ports.payments import SellerRecords
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RecordCompletedSale:
    """A sale is complete when its pair is delivered, and counts in the quarter of that day.

    It must be handled once: the consumer's inbox sees to that.
    """

    transaction: Transaction
    seller_records: SellerRecords

    async def __call__(self, event: OrderDelivered) -> None:
        """Count it."""
        async with self.transaction():
            quarter = Quarter.of(event.delivered_at)
            await self.seller_records.add(event.seller_id, quarter, event.price)
