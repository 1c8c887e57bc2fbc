"""Access to a user's own bids and asks."""

from ...ports.language.errors import NotFound
from ...ports.language.ids import QuoteId
from ...ports.language.market import Quote, Side
from ...ports.language.users import Actor
from ...ports.quotes import Quotes


async def own_quote(quotes: Quotes, actor: Actor, side: Side, quote_id: QuoteId) -> Quote:
    """Return the actor's quote on this side. Books are anonymous, so nobody sees another's quote.

    Raises NotFound, also for another user's quote and for a quote on the other side.
    """
    quote = await quotes.get(quote_id)
    if quote.user_id != actor.user_id or quote.side is not side:
        raise NotFound(what="quote", id=quote_id)
    return quote
