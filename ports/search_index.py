"""The port to the search index."""

from collections.abc import Collection, Mapping, Sequence
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
    """A rebuild of the index."""

    async def put(self, products: Sequence[tuple[SearchDocument, MarketFigures]]) -> None:
        """Add products. Later data that the index got meanwhile wins.

        Raises RebuildReplaced if another rebuild has started since.
        """
        ...


class SearchReader(Protocol):
    """What the search index finds."""

    async def search(self, query: SearchQuery) -> SearchResults:
        """Return the products that contain every word of the query, as a prefix or with a typo.

        Neighbouring words may be typed as one, and letters and digits of one word apart.
        """
        ...

    async def facets(self, query: SearchQuery) -> SearchFacets:
        """Return the facets of all results of the query, including its filters."""
        ...

    async def autocomplete(
        self, text: str, limit: int, brand: str | None = None
    ) -> Sequence[Suggestion]:
        """Return the most relevant products for a partial text, of one brand if it is given.

        Each is offered by a text that finds it first: its name, with the style code if other
        products have the same name.
        """
        ...


class SearchIndex(SearchReader, Protocol):
    """The searchable catalogue. It follows the store and can be rebuilt at any time.

    It is outside the store and its transactions, because it may be a separate service. Writes may
    be late, duplicate or out of order. A write that is older than the stored data changes nothing.
    """

    def writing(self, product_id: ProductId) -> AbstractAsyncContextManager[None]:
        """Return a block in which nobody else in this process writes a product.

        Read the product inside the block before writing it, so that the latest state is written
        last. Processes must not share a product; if they do, versions and times still decide. It
        must be entered outside any transaction.
        """
        ...

    async def put(self, document: SearchDocument) -> None:
        """Index a product. A version that is not higher than the indexed one changes nothing."""
        ...

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        """Replace a product's figures by later ones. Figures of an unknown product are dropped.

        Of figures from the same instant, the last write wins.
        """
        ...

    async def is_outdated(self) -> bool:
        """Return whether it was built by a version that stored words otherwise.

        It serves, but does not find all that it should until it is built again.
        """
        ...

    async def figures_as_of(self, product_id: ProductId) -> datetime | None:
        """Return the time of a product's figures, or None if it has none."""
        ...

    async def documents(
        self, product_ids: Collection[ProductId]
    ) -> Mapping[ProductId, SearchDocument]:
        """Return the indexed products among these."""
        ...

    async def remove(self, product_id: ProductId) -> None:
        """Remove a product permanently. A later `put` does not restore it."""
        ...

    def rebuild(self) -> AbstractAsyncContextManager[IndexRebuild]:
        """Return a block that rebuilds the index and replaces the old one when it ends.

        The old index serves until then, and stays if an exception leaves the block. Writes to the
        index during the rebuild go to both. A later rebuild replaces an earlier one, which raises
        RebuildReplaced.
        """
        ...
