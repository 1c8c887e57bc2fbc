"""The match of a cancelled order is unwound."""

from dataclasses import dataclass

from ...ports.language.events import OrderCancelled
from ...ports.matching import Matching


@dataclass(frozen=True, slots=True)
class UnwindMatch:
    """When an order is cancelled, its bid is cancelled too.

    Its ask returns to the book with its old priority if the buyer's payment was the reason and
    the ask has not expired; there it may match again. Otherwise the ask is cancelled.
    """

    matching: Matching

    async def __call__(self, event: OrderCancelled) -> None:
        """Unwind it; the second time changes nothing. Raises QueueFull, Unavailable."""
        await self.matching.unwind(event.order_id, ask_returns=event.reason.ask_returns)
