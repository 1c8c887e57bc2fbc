"""Somebody asks what would be found."""

from dataclasses import dataclass

from ...ports.language.search import SearchFacets, SearchQuery
from ...ports.search_index import SearchIndex


@dataclass(frozen=True, slots=True)
class CountFacets:
    """Of which brands, sizes, release years and prices products are."""

    search_index: SearchIndex

    async def __call__(self, query: SearchQuery) -> SearchFacets:
        """Return the facets of all that the query finds."""
        return await self.search_index.facets(query)
