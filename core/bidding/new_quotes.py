"""Tell of new bids and asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...ports.language.events import AskPlaced, BidPlaced, QuotePlaced
from ...ports.language.market import Quote, Side
from ...ports.webhook_endpoints import WebhookEndpoints

_EVENT_OF: dict[Side, type[QuotePlaced]] = {Side.BID: BidPlaced, Side.ASK: AskPlaced}


@dataclass(frozen=True, slots=True)
class NewQuotes:
    """Tells of the quotes that an endpoint follows: its owner's, or with everything all.

    A batch with quotes of one side costs one read. A message for each of them would cost the engine
    more than to store the quotes, and nobody would hear of most.
    """

    endpoints: WebhookEndpoints

    async def events(self, quotes: Collection[Quote]) -> Sequence[QuotePlaced]:
        """Return the events of new quotes, in the sequence of the quotes."""
        followed = set()
        for side in {quote.side for quote in quotes}:
            owners = {quote.user_id for quote in quotes if quote.side is side}
            kind = _EVENT_OF[side].SUBJECT
            for endpoint in await self.endpoints.concerned_by(kind, owners):
                followed |= {(side, o) for o in owners if endpoint.everything}
                followed.add((side, endpoint.owner_id))
        return [_event(quote) for quote in quotes if (quote.side, quote.user_id) in followed]


def _event(quote: Quote) -> QuotePlaced:
    return _EVENT_OF[quote.side](
        quote_id=quote.id,
        user_id=quote.user_id,
        book=quote.book,
        amount=quote.amount,
        placed_at=quote.created_at,
        expires_at=quote.expires_at,
    )
