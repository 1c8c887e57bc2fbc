"""The ports to the published order books, and to the stored ones for readers."""

from collections.abc import Collection, Sequence
from typing import Protocol

from .language.halts import Halt
from .language.market import BookChange, BookKey, BookView
from .tenure import Tenure


class BookViews(Protocol):
    """The public view of each book: only committed states, and never a crossed one.

    The books are the source of truth. A view can be published again at any time. Until a book is
    published after a start of its engine, readers get the stored book.
    """

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        """Drop the published views of a shard's books. Its engine publishes them again.

        None of them will have a lower number than `seq`. Until a book is published, its stored view
        has no higher one, so that numbers never go back. Once the engine's `tenure` is over, nobody
        gets what it published, unless the views know of the engine that owns the shard then. Its
        `epoch` rises with each engine of the shard: what a later one published stays.
        """
        ...

    async def end(self, shard: int, shards: int) -> None:
        """Drop what the engine of a shard published here, because it runs elsewhere from now on.

        Readers get the stored books and halts.
        """
        ...

    async def publish(self, view: BookView) -> None:
        """Replace a book's view, except whether it is halted."""
        ...

    async def apply(self, change: BookChange) -> None:
        """Apply the next change to a book's view."""
        ...

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        """Record that all of a shard's books are published.

        Any other book is empty, as of `seq`.
        """
        ...

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        """Show exactly these halts in the books of a shard, also in those without a view."""
        ...

    async def get(self, book: BookKey, depth: int) -> BookView:
        """Return up to `depth` levels per side. Raises Unavailable."""
        ...

    async def best(self, books: list[BookKey]) -> list[BookView]:
        """Return the best level of each side of several books, in the same order.

        Raises Unavailable.
        """
        ...


class StoredBooks(Protocol):
    """The stored order books, for readers of books that are not published yet."""

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        """Return the books in the same order, with up to `depth` levels per side. None means all.

        Each view has a number up to which its shard's arrivals are committed, so that later views
        of an engine never have a lower number. Raises Unavailable.
        """
        ...
