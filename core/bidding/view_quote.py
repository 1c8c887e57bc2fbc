"""A user looks at one of their bids or asks."""

from dataclasses import dataclass

from ...ports.language.errors import NotFound
from ...ports.language.ids import QuoteId
from ...ports.language.market import Quote, Side
from ...ports.language.users import Actor
from ...ports.quotes import Quotes


@dataclass(frozen=True, slots=True)
class ViewQuote:
    """Only its owner sees a bid or an ask; what stands in the book is anonymous."""

    quotes: Quotes

    async def __call__(self, actor: Actor, side: Side, quote_id: QuoteId) -> Quote:
        """Return the quote. Raises NotFound, also for another user's and for the other side's."""
        quote = await self.quotes.get(quote_id)
        if quote.user_id != actor.user_id or quote.side is not side:
            raise NotFound(what="quote", id=quote_id)
        return quote
