"""A search index with another one that answers while it does not."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import TypeVar

from ...ports.language.errors import Unavailable
from ...ports.language.ids import ProductId
from ...ports.language.search import (
    MarketFigures,
    SearchDocument,
    SearchFacets,
    SearchQuery,
    SearchResults,
    Suggestion,
)
from ...ports.search_index import IndexRebuild, SearchIndex, SearchReader

T = TypeVar("T")


class FallbackSearch(SearchIndex):
    """Writes to both indexes, and searches in the first, or else in the other.

    While the first is away, the other one is written all the same. The block of the writer then
    ends with Unavailable, so that its caller writes again.
    """

    def __init__(self, first: SearchIndex, other: SearchIndex) -> None:
        self._first = first
        self._other = other
        self._missed: dict[ProductId, Unavailable | None] = {}
        """The products that are being written, and why the first index was not."""

    # ---- reading -------------------------------------------------------------------------

    async def search(self, query: SearchQuery) -> SearchResults:
        return await self._read(lambda index: index.search(query))

    async def facets(self, query: SearchQuery) -> SearchFacets:
        return await self._read(lambda index: index.facets(query))

    async def autocomplete(
        self, text: str, limit: int, brand: str | None = None
    ) -> Sequence[Suggestion]:
        return await self._read(lambda index: index.autocomplete(text, limit, brand))

    async def _read(self, read: Callable[[SearchReader], Awaitable[T]]) -> T:
        try:
            return await read(self._first)
        except Unavailable:
            return await read(self._other)

    # ---- writing -------------------------------------------------------------------------

    @asynccontextmanager
    async def writing(self, product_id: ProductId) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._other.writing(product_id))
            self._missed[product_id] = None
            try:
                try:
                    await stack.enter_async_context(self._first.writing(product_id))
                except Unavailable as error:
                    self._missed[product_id] = error
                yield
                if (missed := self._missed[product_id]) is not None:
                    raise missed
            finally:
                del self._missed[product_id]

    async def put(self, document: SearchDocument) -> None:
        await self._other.put(document)
        await self._write(document.product_id, lambda: self._first.put(document))

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        await self._other.put_figures(product_id, figures)
        await self._write(product_id, lambda: self._first.put_figures(product_id, figures))

    async def remove(self, product_id: ProductId) -> None:
        await self._other.remove(product_id)
        await self._write(product_id, lambda: self._first.remove(product_id))

    async def _write(self, product_id: ProductId, write: Callable[[], Awaitable[None]]) -> None:
        if self._missed.get(product_id) is not None:
            return
        try:
            await write()
        except Unavailable as error:
            if product_id not in self._missed:
                raise
            self._missed[product_id] = error

    async def is_outdated(self) -> bool:
        return await self._other.is_outdated() or await self._first.is_outdated()

    async def figures_as_of(self, product_id: ProductId) -> datetime | None:
        """Return the time of the figures of the index that is behind."""
        other = await self._other.figures_as_of(product_id)
        if self._missed.get(product_id) is not None:
            return other
        first = await self._first.figures_as_of(product_id)
        return None if first is None or other is None else min(first, other)

    async def documents(
        self, product_ids: Collection[ProductId]
    ) -> Mapping[ProductId, SearchDocument]:
        """Return what the first index has."""
        return await self._first.documents(product_ids)

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[IndexRebuild]:
        async with self._other.rebuild() as other, self._first.rebuild() as first:
            yield _Rebuilds(first, other)


class _Rebuilds(IndexRebuild):
    def __init__(self, *rebuilds: IndexRebuild) -> None:
        self._rebuilds = rebuilds

    async def put(self, products: Sequence[tuple[SearchDocument, MarketFigures]]) -> None:
        for rebuild in self._rebuilds:
            await rebuild.put(products)
