"""Somebody searches for products."""

from dataclasses import dataclass

from ...ports.language.search import SearchQuery, SearchResults
from ...ports.search_index import SearchIndex


@dataclass(frozen=True, slots=True)
class SearchProducts:
    """Products that have every word of a text, and what else there is to choose from."""

    search_index: SearchIndex

    async def __call__(self, query: SearchQuery) -> SearchResults:
        """Return a page of what the query finds, and its facets."""
        return await self.search_index.search(query)
