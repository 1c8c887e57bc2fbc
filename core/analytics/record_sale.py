"""Record a sale on the tape."""

from dataclasses import dataclass

from ...ports.language.analytics import Sale
from ...ports.language.events import OrderConfirmed
from ...ports.tape import Tape
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RecordSale:
    """Records a sale when its order is paid, with the price and instant of the match.

    Idempotent. A sale that was voided before it was recorded stays off the tape.
    """

    transaction: Transaction
    tape: Tape

    async def __call__(self, event: OrderConfirmed) -> None:
        sale = Sale(event.order_id, event.book, event.price, event.matched_at)
        async with self.transaction():
            await self.tape.record(sale)
