"""A bid or an ask is cancelled."""

from dataclasses import dataclass

from ...ports.language.ids import QuoteId
from ...ports.language.market import Quote, Side
from ...ports.language.users import Actor
from ...ports.matching import Matching
from .view_quote import ViewQuote


@dataclass(frozen=True, slots=True)
class CancelQuote:
    """A user takes their own bid or ask out of the book while it has not matched.

    When a cancellation and a match meet, the engine takes one first and refuses the other.
    """

    view_quote: ViewQuote
    matching: Matching

    async def __call__(self, actor: Actor, side: Side, quote_id: QuoteId) -> Quote:
        """Return the cancelled quote. Raises NotFound, QuoteNotActive, QueueFull, Unavailable."""
        return await self.matching.cancel(await self.view_quote(actor, side, quote_id))
