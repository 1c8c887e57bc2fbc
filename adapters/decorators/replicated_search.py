"""The search index as a replica of the store has it."""

from collections.abc import Sequence

from ...ports.language.search import SearchFacets, SearchQuery, SearchResults, Suggestion
from ...ports.search_index import SearchReader
from .replica_reads import ReplicaReads


class ReplicatedSearch(SearchReader):
    """Searches in a replica, or in the store."""

    def __init__(self, reads: ReplicaReads[SearchReader]) -> None:
        self._reads = reads

    async def search(self, query: SearchQuery) -> SearchResults:
        return await self._reads(lambda index: index.search(query))

    async def facets(self, query: SearchQuery) -> SearchFacets:
        return await self._reads(lambda index: index.facets(query))

    async def autocomplete(
        self, text: str, limit: int, brand: str | None = None
    ) -> Sequence[Suggestion]:
        return await self._reads(lambda index: index.autocomplete(text, limit, brand))
