"""The ports to published order books, and to stored ones for readers."""

from collections.abc import Collection, Sequence
from typing import Protocol

from .language.halts import Halt
from .language.market import BookChange, BookKey, BookView


class BookViews(Protocol):
    """What the public sees of each book: only committed states, never a crossed one.

    The books are the truth; a view can be published anew at any time. Of a book that was not
    published since its engine began, readers are shown what the store has.
    """

    async def begin(self, shard: int, shards: int) -> None:
        """Forget what was published of a shard's books: its engine publishes them anew."""
        ...

    async def publish(self, view: BookView) -> None:
        """Replace a book's view, but for whether it is halted."""
        ...

    async def apply(self, change: BookChange) -> None:
        """Apply the next change to a book's view."""
        ...

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        """Note that all of a shard's books are published: any other is empty, as of `seq`."""
        ...

    async def show_halts(self, halts: Collection[Halt]) -> None:
        """Show the books as halted that these halts cover, also books without a view; no others."""
        ...

    async def get(self, book: BookKey, depth: int) -> BookView:
        """Return up to `depth` levels of each side. Raises Unavailable."""
        ...

    async def best(self, books: list[BookKey]) -> list[BookView]:
        """Return the best level of each side of several books, in their order.

        Raises Unavailable.
        """
        ...


class StoredBooks(Protocol):
    """Order books as the store has them, for readers of those that are not published yet."""

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        """Return the books in their order, up to `depth` levels of each side; None means all.

        Each has the number up to which its shard's arrivals are committed at least, so that what
        an engine publishes later has no lower number. Raises Unavailable.
        """
        ...
