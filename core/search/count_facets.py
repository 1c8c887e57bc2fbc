"""Count the facets of a search."""

from dataclasses import dataclass

from ...ports.language.search import SearchFacets, SearchQuery
from ...ports.search_index import SearchReader


@dataclass(frozen=True, slots=True)
class CountFacets:
    """Counts the products found by brand, size, release year and price bucket."""

    search_index: SearchReader

    async def __call__(self, query: SearchQuery) -> SearchFacets:
        """Return the facets of all products that match the query."""
        return await self.search_index.facets(query)
