"""How many quotes each user has open."""

from ...ports.language.ids import UserId
from ...ports.language.market import Quote, Side

_BID = Side.BID  # an enum's member is slow to look up


class OpenQuotes:
    """Counts the quotes that rest or wait, by owner and side."""

    __slots__ = ("_asks", "_bids")

    def __init__(self) -> None:
        self._bids: dict[UserId, int] = {}
        self._asks: dict[UserId, int] = {}

    def count(self, user_id: UserId, side: Side) -> int:
        """Return how many a user has on one side of all books."""
        return self._on(side).get(user_id, 0)

    def add(self, quote: Quote) -> None:
        """Count one more of the quote's owner."""
        counts = self._on(quote.side)
        counts[quote.user_id] = counts.get(quote.user_id, 0) + 1

    def remove(self, quote: Quote) -> None:
        """Count one less of the quote's owner."""
        counts = self._on(quote.side)
        left = counts[quote.user_id] - 1
        if left:
            counts[quote.user_id] = left
        else:
            del counts[quote.user_id]

    def _on(self, side: Side) -> dict[UserId, int]:
        return self._bids if side is _BID else self._asks
