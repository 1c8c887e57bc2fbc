"""Who owns the quotes of a shard."""

from collections.abc import Collection, Iterator

from ...ports.language.ids import QuoteId, UserId
from ...ports.language.market import Quote, Side

_BID = Side.BID  # an enum's member is slow to look up


class OwnedQuotes:
    """Every quote that rests or waits, by its owner."""

    __slots__ = ("_asks", "_bids")

    def __init__(self) -> None:
        self._bids: dict[UserId, dict[QuoteId, Quote]] = {}
        self._asks: dict[UserId, dict[QuoteId, Quote]] = {}

    def __iter__(self) -> Iterator[Quote]:
        for owned in (self._bids, self._asks):
            for quotes in owned.values():
                yield from quotes.values()

    def of(self, user_id: UserId, sides: Collection[Side]) -> list[Quote]:
        """Return the quotes of a user on some sides, in order of arrival."""
        quotes = [q for side in sides for q in self._on(side).get(user_id, {}).values()]
        return sorted(quotes, key=lambda quote: quote.sequence)

    def count(self, user_id: UserId, side: Side) -> int:
        """Return how many quotes of a user there are on one side."""
        return len(self._on(side).get(user_id, ()))

    def add(self, quote: Quote) -> None:
        """Add a quote."""
        owned = self._on(quote.side)
        quotes = owned.get(quote.user_id)
        if quotes is None:
            quotes = owned[quote.user_id] = {}
        quotes[quote.id] = quote

    def remove(self, quote: Quote) -> None:
        """Take a quote out."""
        owned = self._on(quote.side)
        quotes = owned[quote.user_id]
        del quotes[quote.id]
        if not quotes:
            del owned[quote.user_id]

    def _on(self, side: Side) -> dict[UserId, dict[QuoteId, Quote]]:
        return self._bids if side is _BID else self._asks
