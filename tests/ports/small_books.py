"""A book with one level on each side, of which the bid changes."""

from solebook.ports.language.market import (
    BookChange,
    BookKey,
    BookView,
    LevelChange,
    PriceLevel,
    Side,
)


def whole(book: BookKey, seq: int, quantity: int = 1) -> BookView:
    """Return the book, with a quantity at the bid."""
    return BookView(book, seq, (PriceLevel(100, quantity),), (PriceLevel(200, 1),))


def change(book: BookKey, seq: int, quantity: int) -> BookChange:
    """Return the change of the bid to a quantity."""
    return BookChange(book, seq, (LevelChange(Side.BID, 100, quantity),))
