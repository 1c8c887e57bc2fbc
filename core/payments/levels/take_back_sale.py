"""Remove a refunded sale from its seller's level."""

from dataclasses import dataclass

from ....ports.language.complaints import Bearer
from ....ports.language.errors import Unavailable
from ....ports.language.events import OrderRefundGranted
from ....ports.language.payments import Quarter
from ....ports.payments import SellerRecords
from ....ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class TakeBackSale:
    """Removes a refunded sale from the quarter in which it was counted.

    If the exchange bears the refund, the sale still counts. It is not idempotent: the consumer's
    inbox discards duplicate events.
    """

    transaction: Transaction
    seller_records: SellerRecords

    async def __call__(self, event: OrderRefundGranted) -> None:
        """Remove the sale. Raises Unavailable if it has not been counted yet, after which retry."""
        if event.borne_by is Bearer.EXCHANGE:
            return
        async with self.transaction():
            quarter = Quarter.of(event.delivered_at)
            if not await self.seller_records.remove(event.seller_id, quarter, event.price):
                raise Unavailable(what=f"the completed sale of order {event.order_id}")
