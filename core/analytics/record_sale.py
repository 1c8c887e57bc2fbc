"""Record a sale on the tape."""

import asyncio
from dataclasses import dataclass, field

from ...ports.language.analytics import Sale
from ...ports.language.events import OrderConfirmed
from ...ports.tape import Tape
from ...ports.transaction import Transaction


@dataclass(slots=True, eq=False)
class RecordSale:
    """Records a sale when its order is paid, with the price and instant of the match.

    Idempotent. A sale that was voided before it was recorded stays off the tape. The sales of one
    turn of the event loop share a transaction, except one that is recorded inside another.
    """

    transaction: Transaction
    tape: Tape
    _sales: list[Sale] = field(default_factory=list, init=False)
    """The sales of the next transaction."""
    _next: asyncio.Task[None] | None = field(default=None, init=False)

    async def __call__(self, event: OrderConfirmed) -> None:
        """Return when the sale is on the tape. Raises Unavailable, after which retry."""
        sale = Sale(event.order_id, event.book, event.price, event.matched_at)
        if self.transaction.is_open:
            await self.tape.record(sale)
            return
        self._sales.append(sale)
        if self._next is None:
            self._next = asyncio.create_task(self._record())
            self._next.add_done_callback(_retrieve)
        # Shielded, so that a cancelled caller does not cancel the transaction of the others.
        await asyncio.shield(self._next)

    async def _record(self) -> None:
        sales, self._sales, self._next = self._sales, [], None
        async with self.transaction():
            await self.tape.record(*sales)


def _retrieve(task: "asyncio.Task[None]") -> None:
    """Retrieve the error of a transaction whose callers may all have been cancelled."""
    if not task.cancelled():
        task.exception()
