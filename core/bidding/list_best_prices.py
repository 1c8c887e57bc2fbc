"""List the best prices of several books."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.market import BookKey, BookView


@dataclass(frozen=True, slots=True)
class ListBestPrices:
    """Lists the best level of each side of several books. Anyone may read it."""

    book_views: BookViews

    async def __call__(self, books: Sequence[BookKey]) -> Sequence[BookView]:
        """Return one view for each book, in the same order. A book without quotes is empty."""
        return await self.book_views.best([*books])
