"""A user looks at one of their bids or asks."""

from dataclasses import dataclass

from ...ports.language.ids import QuoteId
from ...ports.language.market import QueuePlace, Quote, QuoteStatus, Side
from ...ports.language.users import Actor
from ...ports.quotes import Quotes
from .own_quotes import own_quote


@dataclass(frozen=True, slots=True)
class QueuedQuote:
    """A bid or an ask, and its place in the queue of its book while it is active."""

    quote: Quote
    ahead: QueuePlace | None


@dataclass(frozen=True, slots=True)
class ViewQuote:
    """Only its owner sees a bid or an ask, and how many quotes come before it."""

    quotes: Quotes

    async def __call__(self, actor: Actor, side: Side, quote_id: QuoteId) -> QueuedQuote:
        """Return the quote. Raises NotFound, also for another user's and for the other side's."""
        quote = await own_quote(self.quotes, actor, side, quote_id)
        if quote.status is not QuoteStatus.ACTIVE:
            return QueuedQuote(quote, None)
        return QueuedQuote(quote, await self.quotes.place_in_queue(quote))
