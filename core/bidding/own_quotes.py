"""Which bids and asks a user may see and change."""

from ...ports.language.errors import NotFound
from ...ports.language.ids import QuoteId
from ...ports.language.market import Quote, Side
from ...ports.language.users import Actor
from ...ports.quotes import Quotes


async def own_quote(quotes: Quotes, actor: Actor, side: Side, quote_id: QuoteId) -> Quote:
    """Return a quote of the actor on one side; what stands in the book is anonymous.

    Raises NotFound, also for another user's quote and for one of the other side.
    """
    quote = await quotes.get(quote_id)
    if quote.user_id != actor.user_id or quote.side is not side:
        raise NotFound(what="quote", id=quote_id)
    return quote
