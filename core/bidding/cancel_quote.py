"""Cancel a bid or an ask."""

from dataclasses import dataclass

from ...ports.language.ids import QuoteId
from ...ports.language.market import Quote, Side
from ...ports.language.users import Actor
from ...ports.matching import Matching
from ...ports.quotes import Quotes
from .own_quotes import own_quote


@dataclass(frozen=True, slots=True)
class CancelQuote:
    """Cancels the user's own bid or ask, unless it has matched.

    The engine handles commands one at a time, so a cancellation cannot race with a match.
    """

    quotes: Quotes
    matching: Matching

    async def __call__(self, actor: Actor, side: Side, quote_id: QuoteId) -> Quote:
        """Return the cancelled quote. Raises NotFound, QuoteNotActive, QueueFull, Unavailable."""
        return await self.matching.cancel(await own_quote(self.quotes, actor, side, quote_id))
