"""The search index, in memory."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ...ports.language.errors import RebuildReplaced
from ...ports.language.ids import ProductId
from ...ports.language.search import (
    MAX_OFFSET,
    MarketFigures,
    SearchDocument,
    SearchFacets,
    SearchFilters,
    SearchHit,
    SearchQuery,
    SearchResults,
    SearchSort,
    Suggestion,
    check_search_text,
)
from ...ports.language.text import spelling_key
from ...ports.search_index import IndexRebuild, SearchIndex
from ..text_search.facets import count_facets
from ..text_search.names import name_key, offered_text, own_keys
from ..text_search.spelling import (
    candidate_trigrams,
    indexed_words,
    joined_words,
    nearest,
    trigrams,
    typed_words,
)
from ..text_search.turns import Turns

_NOTHING_KNOWN = MarketFigures(None, 0, datetime.min.replace(tzinfo=UTC))


class MemorySearchIndex(SearchIndex):
    """The index that serves and, during a rebuild, a second one that does not serve yet."""

    def __init__(self) -> None:
        self._serving = _Index()
        self._building: _Index | None = None
        self._removed: set[ProductId] = set()
        self._turns = Turns[ProductId]()

    # ---- writing -------------------------------------------------------------------------

    def writing(self, product_id: ProductId) -> AbstractAsyncContextManager[None]:
        return self._turns.of(product_id)

    async def put(self, document: SearchDocument) -> None:
        if document.product_id not in self._removed:
            for index in self._indexes():
                index.put(document)

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        for index in self._indexes():
            index.put_figures(product_id, figures)

    async def documents(
        self, product_ids: Collection[ProductId]
    ) -> Mapping[ProductId, SearchDocument]:
        entries = self._serving.entries
        return {id_: entries[id_].document for id_ in product_ids if id_ in entries}

    async def remove(self, product_id: ProductId) -> None:
        self._removed.add(product_id)
        for index in self._indexes():
            index.remove(product_id)

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[IndexRebuild]:
        index = self._building = _Index()
        try:
            yield _Rebuild(self, index)
            self.check(index)
            self._serving = index
        finally:
            if self._building is index:
                self._building = None

    def check(self, index: "_Index") -> None:
        """Raise RebuildReplaced unless this index is the one being built."""
        if self._building is not index:
            raise RebuildReplaced

    async def is_outdated(self) -> bool:
        return False

    async def figures_as_of(self, product_id: ProductId) -> datetime | None:
        known = self._serving.entries.get(product_id)
        return None if known is None or known.figures is _NOTHING_KNOWN else known.figures.as_of

    def latest(self, product_id: ProductId, figures: MarketFigures) -> MarketFigures | None:
        """Return the later of these figures and the serving ones; None if it is removed."""
        if product_id in self._removed:
            return None
        known = self._serving.entries.get(product_id)
        return known.figures if known and known.figures.as_of > figures.as_of else figures

    def _indexes(self) -> "list[_Index]":
        return [self._serving] if self._building is None else [self._serving, self._building]

    # ---- reading -------------------------------------------------------------------------

    async def search(self, query: SearchQuery) -> SearchResults:
        found = self._found(query)
        found.sort(key=_order(query.sort, query.text))
        end = query.offset + query.limit
        return SearchResults(
            hits=tuple(_hit(entry) for entry in found[query.offset : end]),
            total=len(found),
            facets=_facets(found),
            next_offset=end if end < len(found) and end <= MAX_OFFSET else None,
        )

    async def facets(self, query: SearchQuery) -> SearchFacets:
        return _facets(self._found(query))

    async def autocomplete(
        self, text: str, limit: int, brand: str | None = None
    ) -> Sequence[Suggestion]:
        found = self._found(SearchQuery(check_search_text(text), SearchFilters(brand)))
        found.sort(key=_order(SearchSort.RELEVANCE, text))
        return [self._serving.suggestion(entry.document) for entry in found[:limit]]

    def _found(self, query: SearchQuery) -> "list[_Entry]":
        found = self._serving.find(typed_words(query.text))
        return [entry for entry in found if _has(entry, query.filters)]


class _Rebuild(IndexRebuild):
    def __init__(self, owner: MemorySearchIndex, index: "_Index") -> None:
        self._owner = owner
        self._index = index

    async def put(self, products: Sequence[tuple[SearchDocument, MarketFigures]]) -> None:
        self._owner.check(self._index)
        for document, figures in products:
            latest = self._owner.latest(document.product_id, figures)
            if latest is not None:
                self._index.put(document)
                self._index.put_figures(document.product_id, latest)


@dataclass(frozen=True, slots=True)
class _Entry:
    document: SearchDocument
    figures: MarketFigures
    spelt: frozenset[str]
    """The words that may have a typo."""
    words: frozenset[str]
    """Those and the words that it is found by besides."""
    keys: tuple[str, ...]


class _Index:
    """Products, an index of products by word, and an index of words by trigram."""

    def __init__(self) -> None:
        self.entries: dict[ProductId, _Entry] = {}
        self._having: defaultdict[str, set[ProductId]] = defaultdict(set)
        self._spelling: defaultdict[str, set[ProductId]] = defaultdict(set)
        self._called: defaultdict[str, set[ProductId]] = defaultdict(set)
        self._words: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, document: SearchDocument) -> None:
        before = self.entries.get(document.product_id)
        if before is not None and before.document.version >= document.version:
            return
        self.remove(document.product_id)
        names = (document.style_code, document.brand, document.model, document.colorway)
        spelt = frozenset(indexed_words(*names))
        entry = _Entry(
            document,
            before.figures if before else _NOTHING_KNOWN,
            spelt,
            spelt.union(joined_words(*names)),
            own_keys(document),
        )
        self.entries[document.product_id] = entry
        for index, texts in self._indexes(entry):
            for text in texts:
                index[text].add(document.product_id)
        for word in entry.spelt:
            for trigram in trigrams(word):
                self._words[trigram].add(word)

    def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        entry = self.entries.get(product_id)
        if entry is not None and entry.figures.as_of <= figures.as_of:
            self.entries[product_id] = replace(entry, figures=figures)

    def remove(self, product_id: ProductId) -> None:
        entry = self.entries.pop(product_id, None)
        if entry is None:
            return
        for index, texts in self._indexes(entry):
            for text in texts:
                index[text].remove(product_id)
                if not index[text]:
                    del index[text]
        for word in entry.spelt - self._spelling.keys():
            for trigram in trigrams(word):
                self._words[trigram].remove(word)

    def _indexes(
        self, entry: _Entry
    ) -> Sequence[tuple[defaultdict[str, set[ProductId]], Collection[str]]]:
        return (
            (self._having, entry.words),
            (self._spelling, entry.spelt),
            (self._called, entry.keys),
        )

    def find(self, words: Sequence[str]) -> list[_Entry]:
        """Return the products that contain every word."""
        found = set(self.entries)
        for word in words:
            found &= {id_ for meant in self._meant(word) for id_ in self._having[meant]}
        return [self.entries[product_id] for product_id in found]

    def suggestion(self, document: SearchDocument) -> Suggestion:
        """Return a product by a text that finds it first."""
        is_shared = len(self._called.get(name_key(document), ())) > 1
        text = offered_text(document, is_shared=is_shared)
        return Suggestion(document.product_id, document.style_code, text)

    def _meant(self, typed: str) -> Sequence[str]:
        """Return the words with the typed prefix, or else similar words in case of a typo."""
        begun = [word for word in self._having if word.startswith(typed)]
        if begun:
            return begun
        wanted = candidate_trigrams(typed)
        similar = {word for trigram in wanted for word in self._words.get(trigram, ())}
        return nearest(typed, similar)


def _has(entry: _Entry, filters: SearchFilters) -> bool:
    document, lowest_ask = entry.document, entry.figures.lowest_ask
    if filters.brand is not None and spelling_key(document.brand) != spelling_key(filters.brand):
        return False
    if filters.size is not None and filters.size not in document.sizes:
        return False
    if filters.year is not None and document.release_date.year != filters.year:
        return False
    if filters.min_price is not None and (lowest_ask is None or lowest_ask < filters.min_price):
        return False
    return filters.max_price is None or (lowest_ask is not None and lowest_ask <= filters.max_price)


def _order(sort: SearchSort, text: str) -> Callable[[_Entry], Any]:
    words, key = set(typed_words(text)), spelling_key(text)

    def first(entry: _Entry) -> tuple[int, ...]:
        document, lowest_ask = entry.document, entry.figures.lowest_ask
        match sort:
            case SearchSort.RELEVANCE:
                if not words:
                    return ()
                return (key not in entry.keys, not words <= entry.words)
            case SearchSort.PRICE_ASC:
                return (lowest_ask is None, lowest_ask or 0)
            case SearchSort.PRICE_DESC:
                return (lowest_ask is None, -(lowest_ask or 0))
            case SearchSort.NEWEST:
                return (-document.release_date.toordinal(),)
            case SearchSort.MOST_TRADED:
                return ()

    # Ids sort by creation time.
    return lambda entry: (first(entry), -entry.figures.sales, -entry.document.product_id.int)


def _facets(found: Sequence[_Entry]) -> SearchFacets:
    return count_facets(
        [
            (d.brand, d.sizes, d.release_date.year, entry.figures.lowest_ask, 1)
            for entry in found
            for d in (entry.document,)
        ]
    )


def _hit(entry: _Entry) -> SearchHit:
    document = entry.document
    return SearchHit(
        product_id=document.product_id,
        style_code=document.style_code,
        brand=document.brand,
        model=document.model,
        colorway=document.colorway,
        retail_price=document.retail_price,
        release_date=document.release_date,
        sizes=document.sizes,
        lowest_ask=entry.figures.lowest_ask,
        sales=entry.figures.sales,
    )
