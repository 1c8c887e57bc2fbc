"""A sale goes on the tape."""

from dataclasses import dataclass

from ...ports.language.analytics import Sale
from ...ports.language.events import OrderCreated
from ...ports.tape import Tape
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RecordSale:
    """A match counts as a sale once its order is paid, at the match's price and instant.

    The second time changes nothing, and a sale that was voided before stays off the tape.
    """

    transaction: Transaction
    tape: Tape

    async def __call__(self, event: OrderCreated) -> None:
        sale = Sale(event.order_id, event.book, event.price, event.matched_at)
        async with self.transaction():
            await self.tape.record(sale)
