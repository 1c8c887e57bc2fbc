"""Search for products."""

from dataclasses import dataclass

from ...ports.language.search import SearchQuery, SearchResults
from ...ports.search_index import SearchReader


@dataclass(frozen=True, slots=True)
class SearchProducts:
    """Finds the products that contain every word of a text, with facets."""

    search_index: SearchReader

    async def __call__(self, query: SearchQuery) -> SearchResults:
        """Return a page of matching products, and the facets of all matches."""
        return await self.search_index.search(query)
