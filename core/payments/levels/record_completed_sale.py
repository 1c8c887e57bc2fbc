"""Count a completed sale towards its seller's level."""

from dataclasses import dataclass

from ....ports.language.events import OrderDelivered
from ....ports.language.payments import Quarter
from ....ports.payments import SellerRecords
from ....ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RecordCompletedSale:
    """Counts a sale in the quarter in which its pair was delivered.

    It is not idempotent: the consumer's inbox discards duplicate events.
    """

    transaction: Transaction
    seller_records: SellerRecords

    async def __call__(self, event: OrderDelivered) -> None:
        """Count the sale."""
        async with self.transaction():
            quarter = Quarter.of(event.delivered_at)
            await self.seller_records.add(event.seller_id, quarter, event.price)
