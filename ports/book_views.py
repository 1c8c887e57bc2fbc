"""The port to published order books."""

from collections.abc import Collection
from typing import Protocol

from .language.halts import Halt
from .language.market import BookChange, BookKey, BookView


class BookViews(Protocol):
    """What the public sees of each book: only committed states, never a crossed one.

    The books are the truth; a view can be published anew at any time.
    """

    async def publish(self, view: BookView) -> None:
        """Replace a book's view, but for whether it is halted."""
        ...

    async def show_halts(self, halts: Collection[Halt]) -> None:
        """Show the books as halted that these halts cover, also books without a view; no others."""
        ...

    async def apply(self, change: BookChange) -> None:
        """Apply the next change to a book's view."""
        ...

    async def books(self) -> Collection[BookKey]:
        """Return every book that has a view, also an empty one."""
        ...

    async def get(self, book: BookKey, depth: int) -> BookView:
        """Return up to `depth` levels of each side; an unknown book is empty, at seq 0."""
        ...

    async def best(self, books: list[BookKey]) -> list[BookView]:
        """Return the best level of each side of several books, in their order."""
        ...
