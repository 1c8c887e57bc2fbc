"""Unwind the match of a cancelled order."""

from dataclasses import dataclass

from ...ports.language.events import OrderCancelled
from ...ports.matching import Matching


@dataclass(frozen=True, slots=True)
class UnwindMatch:
    """Cancels the bid of a cancelled order, and returns or ends its ask.

    The ask returns to its book, with its sequence number, if the buyer's payment or the exchange
    was at fault. There it may match again. It ends instead if it is immediate-or-cancel, has
    expired or is outside the rules, if its owner is suspended, or if it reaches only its owner's
    bids. If the order was cancelled for any other reason, the ask is cancelled.
    """

    matching: Matching

    async def __call__(self, event: OrderCancelled) -> None:
        """Unwind the match; idempotent. Raises QueueFull, Unavailable."""
        await self.matching.unwind(event.order_id, event.book, ask_returns=event.reason.ask_returns)
