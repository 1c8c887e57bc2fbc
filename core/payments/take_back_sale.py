"""A completed sale that was refunded does not count towards its seller's level any more."""

from dataclasses import dataclass

from ...ports.language.complaints import Bearer
from ...ports.language.errors import Unavailable
from ...ports.language.events import OrderRefundGranted
from ...ports.language.payments import Quarter
from ...ports.payments import SellerRecords
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class TakeBackSale:
    """A refund takes the sale out of the quarter in which it was counted.

    What the exchange bears stays: for its seller nothing is different. It must be handled once: the
    consumer's inbox sees to that.
    """

    transaction: Transaction
    seller_records: SellerRecords

    async def __call__(self, event: OrderRefundGranted) -> None:
        """Take it out. Raises Unavailable while it has not been counted: try again."""
        if event.borne_by is Bearer.EXCHANGE:
            return
        async with self.transaction():
            quarter = Quarter.of(event.delivered_at)
            if not await self.seller_records.remove(event.seller_id, quarter, event.price):
                raise Unavailable(what=f"the completed sale of order {event.order_id}")
