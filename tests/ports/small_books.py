"""A book with one level on each side, of which the bid changes."""

from solebook.ports.language.market import (
    BookChange,
    BookChanges,
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


def merged(book: BookKey, first_seq: int, seq: int, quantity: int) -> BookChanges:
    """Return changes of the bid, the last of which is to a quantity."""
    return BookChanges(book, first_seq, seq, (LevelChange(Side.BID, 100, quantity),))
