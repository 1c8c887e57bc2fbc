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
from ...ports.language.text import spelling_key, words_of
from ...ports.search_index import IndexRebuild, SearchIndex
from ..text_search.facets import count_facets
from ..text_search.spelling import candidate_trigrams, indexed_words, nearest, trigrams
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

    async def autocomplete(self, text: str, limit: int) -> Sequence[Suggestion]:
        found = self._serving.find(words_of(check_search_text(text)))
        found.sort(key=_order(SearchSort.RELEVANCE, text))
        return [_suggestion(entry.document) for entry in found[:limit]]

    def _found(self, query: SearchQuery) -> "list[_Entry]":
        found = self._serving.find(words_of(query.text))
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
    words: frozenset[str]


class _Index:
    """Products, an index of products by word, and an index of words by trigram."""

    def __init__(self) -> None:
        self.entries: dict[ProductId, _Entry] = {}
        self._having: defaultdict[str, set[ProductId]] = defaultdict(set)
        self._words: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, document: SearchDocument) -> None:
        before = self.entries.get(document.product_id)
        if before is not None and before.document.version >= document.version:
            return
        self.remove(document.product_id)
        names = (document.brand, document.model, document.colorway)
        entry = _Entry(
            document,
            before.figures if before else _NOTHING_KNOWN,
            frozenset(indexed_words(document.style_code, *names)),
        )
        self.entries[document.product_id] = entry
        for word in entry.words:
            self._having[word].add(document.product_id)
            for trigram in trigrams(word):
                self._words[trigram].add(word)

    def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        entry = self.entries.get(product_id)
        if entry is not None and entry.figures.as_of <= figures.as_of:
            self.entries[product_id] = replace(entry, figures=figures)

    def remove(self, product_id: ProductId) -> None:
        entry = self.entries.pop(product_id, None)
        for word in entry.words if entry else ():
            self._having[word].remove(product_id)
            if not self._having[word]:
                del self._having[word]
                for trigram in trigrams(word):
                    self._words[trigram].remove(word)

    def find(self, words: Sequence[str]) -> list[_Entry]:
        """Return the products that contain every word."""
        found = set(self.entries)
        for word in words:
            found &= {i for meant in self._meant(word) for i in self._having[meant]}
        return [self.entries[product_id] for product_id in found]

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
    words, key = set(words_of(text)), spelling_key(text)

    def first(entry: _Entry) -> tuple[int, ...]:
        document, lowest_ask = entry.document, entry.figures.lowest_ask
        match sort:
            case SearchSort.RELEVANCE:
                if not words:
                    return ()
                return (spelling_key(document.style_code) != key, not words <= entry.words)
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


def _suggestion(document: SearchDocument) -> Suggestion:
    text = f"{document.brand} {document.model} {document.colorway}"
    return Suggestion(document.product_id, document.style_code, text)
