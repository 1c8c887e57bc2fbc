"""Somebody looks at the best prices of several books."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.market import BookKey, BookView


@dataclass(frozen=True, slots=True)
class ListBestPrices:
    """The best level of each side, which is open to all."""

    book_views: BookViews

    async def __call__(self, books: Sequence[BookKey]) -> Sequence[BookView]:
        """Return it for each book, in their order; a book that nobody used is empty."""
        return await self.book_views.best([*books])
