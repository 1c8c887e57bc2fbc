"""Void a sale on the tape."""

from dataclasses import dataclass

from ...ports.language.events import OrderAuthFailed, OrderCancelled, OrderRefundGranted
from ...ports.tape import Tape
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class VoidSale:
    """Voids the sale of a trade that was cancelled, refunded or failed authentication.

    The bearer of a refund does not matter, because in the end nobody paid that price for the pair.
    The sale stays voided, even if it is recorded later.
    """

    transaction: Transaction
    tape: Tape

    async def __call__(self, event: OrderCancelled | OrderAuthFailed | OrderRefundGranted) -> None:
        async with self.transaction():
            await self.tape.void(event.order_id)
