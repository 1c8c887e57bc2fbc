"""The port to the search index."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from .language.ids import ProductId
from .language.search import (
    MarketFigures,
    SearchDocument,
    SearchFacets,
    SearchQuery,
    SearchResults,
    Suggestion,
)


class IndexRebuild(Protocol):
    """An index in the making."""

    async def put(self, products: Sequence[tuple[SearchDocument, MarketFigures]]) -> None:
        """Add products; what the index was told of one in the meantime stands if it is later.

        Raises RebuildReplaced if another rebuild was begun since.
        """
        ...


class SearchIndex(Protocol):
    """The catalogue as people search it. It follows the store and can be made anew at any time.

    It is outside of the store and of its transactions: an index may be a service of its own.
    Writes come late, twice and in any order, and what is older than what is there changes nothing.
    """

    def writing(self, product_id: ProductId) -> AbstractAsyncContextManager[None]:
        """Return a block in which nobody else in this process writes a product.

        Whoever reads what they write does both inside, so that what is read last is written last.
        Processes must not share a product; if they do, versions and instants still decide. It is
        entered outside any transaction.
        """
        ...

    async def put(self, document: SearchDocument) -> None:
        """Index a product; one of a version no higher than the indexed one's changes nothing."""
        ...

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        """Replace a product's figures by later ones; those of an unknown product are not kept.

        Of figures as of the same instant those that come last stand.
        """
        ...

    async def figures_as_of(self, product_id: ProductId) -> datetime | None:
        """Return the instant of a product's figures, or None if it has none."""
        ...

    async def remove(self, product_id: ProductId) -> None:
        """Take a product out for good: it does not come back, also if it is put only later."""
        ...

    async def search(self, query: SearchQuery) -> SearchResults:
        """Return what has every word of the query, as the beginning of a word or with a typo."""
        ...

    async def facets(self, query: SearchQuery) -> SearchFacets:
        """Return the facets of all that the query finds, of its filters too."""
        ...

    async def autocomplete(self, text: str, limit: int) -> Sequence[Suggestion]:
        """Return the most relevant products for a text that may not be finished yet."""
        ...

    def rebuild(self) -> AbstractAsyncContextManager[IndexRebuild]:
        """Return a block that makes the index anew and puts it in the old one's place at its end.

        Until then the old one serves, and for good if an exception leaves the block. What is
        written to the index meanwhile goes to both. Of two rebuilds the later one replaces the
        earlier, which raises RebuildReplaced.
        """
        ...
