"""The port to live changes of order books."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from .language.market import BookChanges, BookKey, BookView


class BookReader(Protocol):
    """The queue of one reader that follows books.

    The queue is bounded. A reader that is too slow falls behind; neither the market nor other
    readers wait for it.
    """

    async def follow(self, book: BookKey) -> None:
        """Send the whole view of a book and then every change after it, without gaps or duplicates.

        Several changes may be merged into one. If the book is published again, its whole view is
        sent again, followed by changes. Following a book again starts over with a view. Raises
        Unavailable.
        """
        ...

    def leave(self, book: BookKey) -> None:
        """Stop following a book and drop its queued messages. The book need not be followed."""
        ...

    async def next(self) -> BookView | BookChanges:
        """Wait for the next view or change and return it. Raises FellBehind, then on every call."""
        ...


class BookStream(Protocol):
    """Live changes of the published books. Nothing is stored; the views are the record."""

    def open(self) -> AbstractAsyncContextManager[BookReader]:
        """Return a reader that follows nothing yet, and exists until the block is left."""
        ...
