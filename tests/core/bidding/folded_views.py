"""The view of a subscriber who applies every change to the first view of each book."""

from dataclasses import dataclass, field

from solebook.ports.language.market import BookChange, BookKey, BookView, PriceLevel, Side


@dataclass(slots=True)
class FoldedViews:
    """Folds publications, and asserts that each one follows the previous one."""

    seqs: dict[BookKey, int] = field(default_factory=dict)
    quantities: dict[tuple[BookKey, Side], dict[int, int]] = field(default_factory=dict)

    def tell(self, publication: BookView | BookChange) -> None:
        seen = self.seqs.get(publication.book)
        if isinstance(publication, BookChange):
            assert seen is not None, "a change of a book that was never shown"
            assert publication.seq == seen + 1, f"change {publication.seq} after {seen}"
            for level in publication.levels:
                side = self.quantities[publication.book, level.side]
                side[level.price] = level.quantity
                if not level.quantity:
                    del side[level.price]
        else:
            assert seen is None or publication.seq >= seen, f"{publication.seq} after {seen}"
            bids, asks = publication.bids, publication.asks
            self.quantities[publication.book, Side.BID] = {one.price: one.quantity for one in bids}
            self.quantities[publication.book, Side.ASK] = {one.price: one.quantity for one in asks}
        self.seqs[publication.book] = publication.seq
        self._check(publication.book)

    def levels(self, book: BookKey, side: Side) -> tuple[PriceLevel, ...]:
        """Return one side of a book, the best level first."""
        quantities = self.quantities.get((book, side), {})
        prices = sorted(quantities, reverse=side is Side.BID)
        return tuple(PriceLevel(price, quantities[price]) for price in prices)

    def _check(self, book: BookKey) -> None:
        bids, asks = self.quantities[book, Side.BID], self.quantities[book, Side.ASK]
        assert all(quantity > 0 for quantity in (*bids.values(), *asks.values()))
        assert not bids or not asks or max(bids) < min(asks), "a book is crossed"
