"""A sale comes off the tape."""

from dataclasses import dataclass

from ...ports.language.events import OrderAuthFailed, OrderCancelled, OrderRefundGranted
from ...ports.tape import Tape
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class VoidSale:
    """A trade that was cancelled or refunded, or whose pair failed authentication, was no sale.

    Nobody paid that price for a pair in the end, whoever bore the refund. The sale comes off the
    tape for good, also if it would be recorded only later.
    """

    transaction: Transaction
    tape: Tape

    async def __call__(self, event: OrderCancelled | OrderAuthFailed | OrderRefundGranted) -> None:
        async with self.transaction():
            await self.tape.void(event.order_id)
