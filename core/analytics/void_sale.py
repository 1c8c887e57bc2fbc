"""A sale comes off the tape."""

from dataclasses import dataclass

from ...ports.language.events import OrderAuthFailed, OrderCancelled
from ...ports.tape import Tape
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class VoidSale:
    """A trade that was cancelled or whose pair failed authentication was no sale.

    It comes off the tape for good, also if it would be recorded only later.
    """

    transaction: Transaction
    tape: Tape

    async def __call__(self, event: OrderCancelled | OrderAuthFailed) -> None:
        async with self.transaction():
            await self.tape.void(event.order_id)
