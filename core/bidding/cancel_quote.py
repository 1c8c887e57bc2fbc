"""A bid or an ask is cancelled."""

from dataclasses import dataclass

from ...ports.language.ids import QuoteId
from ...ports.language.market import Quote, Side
from ...ports.language.users import Actor
from ...ports.matching import Matching
from ...ports.quotes import Quotes
from .own_quotes import own_quote


@dataclass(frozen=True, slots=True)
class CancelQuote:
    """A user takes their own bid or ask out of the book while it has not matched.

    When a cancellation and a match meet, the engine takes one first and refuses the other.
    """

    quotes: Quotes
    matching: Matching

    async def __call__(self, actor: Actor, side: Side, quote_id: QuoteId) -> Quote:
        """Return the cancelled quote. Raises NotFound, QuoteNotActive, QueueFull, Unavailable."""
        return await self.matching.cancel(await own_quote(self.quotes, actor, side, quote_id))
