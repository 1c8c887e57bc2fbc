"""The match of a cancelled order is unwound."""

from dataclasses import dataclass

from ...ports.language.events import OrderCancelled
from ...ports.matching import Matching


@dataclass(frozen=True, slots=True)
class UnwindMatch:
    """When an order is cancelled, its bid is cancelled too.

    Its ask returns to the book, with its sequence number, if only the buyer's payment or the
    exchange was at fault; there it may match again. It does not return if it is
    immediate-or-cancel, has expired or is outside the rules, if its owner is suspended, or if it
    reaches only its owner's bids. Otherwise the ask is cancelled.
    """

    matching: Matching

    async def __call__(self, event: OrderCancelled) -> None:
        """Unwind it; the second time changes nothing. Raises QueueFull, Unavailable."""
        await self.matching.unwind(event.order_id, event.book, ask_returns=event.reason.ask_returns)
