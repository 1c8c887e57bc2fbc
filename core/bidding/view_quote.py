"""View one of your bids or asks."""

from dataclasses import dataclass

from ...ports.language.ids import QuoteId
from ...ports.language.market import QueuePlace, Quote, QuoteStatus, Side
from ...ports.language.users import Actor
from ...ports.quotes import Quotes
from .own_quotes import own_quote


@dataclass(frozen=True, slots=True)
class QueuedQuote:
    """A bid or an ask, with its place in the queue if it is active."""

    quote: Quote
    ahead: QueuePlace | None


@dataclass(frozen=True, slots=True)
class ViewQuote:
    """Shows a bid or an ask to its owner, with the number of quotes ahead of it."""

    quotes: Quotes

    async def __call__(self, actor: Actor, side: Side, quote_id: QuoteId) -> QueuedQuote:
        """Return the quote. Raises NotFound, also for quotes of other users or the other side."""
        quote = await own_quote(self.quotes, actor, side, quote_id)
        if quote.status is not QuoteStatus.ACTIVE:
            return QueuedQuote(quote, None)
        return QueuedQuote(quote, await self.quotes.place_in_queue(quote))
