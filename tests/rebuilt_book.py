"""A book as somebody rebuilds it from what the stream tells them."""

from dataclasses import dataclass, field

from solebook.ports.language.market import (
    BookChanges,
    BookKey,
    BookView,
    PriceLevel,
    Side,
)


@dataclass(slots=True)
class RebuiltBook:
    """Asserts of all news that it follows from what came before."""

    seq: int | None = None
    quantities: dict[tuple[Side, int], int] = field(default_factory=dict)
    views: int = 0

    def tell(self, news: BookView | BookChanges) -> None:
        if isinstance(news, BookView):
            self.views += 1
            self.quantities = {
                (side, level.price): level.quantity
                for side, levels in ((Side.BID, news.bids), (Side.ASK, news.asks))
                for level in levels
            }
        else:
            assert self.seq is not None, "changes before any view"
            assert news.first_seq == self.seq + 1, f"{news.first_seq} after {self.seq}"
            assert news.seq >= news.first_seq
            for change in news.levels:
                self.quantities[change.side, change.price] = change.quantity
                if not change.quantity:
                    del self.quantities[change.side, change.price]
        self.seq = news.seq
        bids, asks = self._prices(Side.BID), self._prices(Side.ASK)
        assert not bids or not asks or max(bids) < min(asks), "the book is crossed"

    def view(self, book: BookKey) -> BookView:
        """Return the book as it is now."""
        assert self.seq is not None
        bids, asks = sorted(self._prices(Side.BID), reverse=True), sorted(self._prices(Side.ASK))
        return BookView(
            book,
            self.seq,
            tuple(PriceLevel(price, self.quantities[Side.BID, price]) for price in bids),
            tuple(PriceLevel(price, self.quantities[Side.ASK, price]) for price in asks),
        )

    def _prices(self, side: Side) -> list[int]:
        return [price for where, price in self.quantities if where is side]
