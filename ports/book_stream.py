"""The port to order books as they change."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from .language.market import BookChanges, BookKey, BookView


class FellBehind(Exception):
    """More waited for a reader than may wait, so it is told nothing more."""


class BookReader(Protocol):
    """What one reader is told of the books that it follows.

    What it does not take waits, up to a limit: whoever reads too slowly falls behind, and neither
    the market nor the other readers ever wait for it.
    """

    async def follow(self, book: BookKey) -> None:
        """Tell the whole view of a book, and then every change after it: no gap, none twice.

        Changes may come several in one. When the book is published anew, its whole view comes
        again and the changes go on from there. A book that is followed already begins anew.
        Raises Unavailable.
        """
        ...

    def leave(self, book: BookKey) -> None:
        """Tell nothing more of the book, not even what waits; it may be one not followed."""
        ...

    async def next(self) -> BookView | BookChanges:
        """Wait for the next news and return it. Raises FellBehind, from then on each time."""
        ...


class BookStream(Protocol):
    """The published books, live. The views are the record; nothing is kept here."""

    def open(self) -> AbstractAsyncContextManager[BookReader]:
        """Return a reader that follows nothing yet and lives as long as the block."""
        ...
