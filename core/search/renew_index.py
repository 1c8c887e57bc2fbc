"""Renew a search index that an earlier version has built."""

from collections.abc import Callable
from dataclasses import dataclass

from ...ports.language.errors import RebuildReplaced
from ...ports.search_index import SearchIndex
from .reindex_products import ReindexProducts


@dataclass(frozen=True, slots=True)
class RenewIndex:
    """Rebuilds the index if its words are stored as an earlier version did.

    Until then it serves, but does not find all that it should.
    """

    search_index: SearchIndex
    reindex_products: ReindexProducts

    async def __call__(self, began: Callable[[], None]) -> int | None:
        """Return the number of products, or None if nothing was done here. Raises Unavailable.

        `began` is called before a rebuild. If another process begins one as well, that one counts.
        """
        if not await self.search_index.is_outdated():
            return None
        began()
        try:
            return await self.reindex_products()
        except RebuildReplaced:
            return None
