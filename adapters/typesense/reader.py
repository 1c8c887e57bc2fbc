"""What the search index in Typesense finds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...ports.language.errors import Unavailable
from ...ports.language.search import (
    MAX_OFFSET,
    SearchFacets,
    SearchFilters,
    SearchQuery,
    SearchResults,
    SearchSort,
    Suggestion,
    check_search_text,
)
from ...ports.language.text import spelling_key
from ...ports.search_index import SearchReader
from ..text_search.facets import facets_of
from ..text_search.names import mark, name_key, own_keys
from ..text_search.spelling import (
    allowed_typos,
    indexed_words,
    nearest,
    typed_words,
)
from .connection import TYPESENSE, NotThere, TypesenseConnection
from .documents import HIT, hit_of, suggestion_of
from .queries import (
    MAX_PER_PAGE,
    Search,
    begins_with,
    documents_in,
    facets_in,
    has_any,
    is_meant,
    is_not_meant,
    order,
    pages_of,
    passing,
    search_for,
    similar,
)

_NO_FACETS = facets_of({}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is searched for, and which part of it."""

    text: str
    filters: SearchFilters
    sort: SearchSort
    offset: int
    limit: int
    fields: str
    has_facets: bool

    @property
    def typed(self) -> list[str]:
        """The words that were typed."""
        return typed_words(self.text)

    @property
    def key(self) -> str | None:
        """The key of the style code or name that goes first, if the text is one."""
        is_one = self.typed and self.sort is SearchSort.RELEVANCE
        return spelling_key(self.text) if is_one else None


@dataclass(frozen=True, slots=True)
class _Found:
    documents: list[dict[str, Any]]
    total: int
    facets: SearchFacets


_NOTHING = _Found([], 0, _NO_FACETS)


class TypesenseReader(SearchReader):
    """Searches with the words' prefixes, and only if one is in no product, for typos in it."""

    def __init__(self, typesense: TypesenseConnection, alias: str) -> None:
        """Create it. `alias` is that of the collection that serves."""
        self._typesense = typesense
        self._alias = alias

    async def search(self, query: SearchQuery) -> SearchResults:
        found = await self._find(
            _Asked(
                query.text, query.filters, query.sort, query.offset, query.limit, HIT,
                has_facets=True,
            )
        )  # fmt: skip
        end = query.offset + query.limit
        return SearchResults(
            hits=tuple(map(hit_of, found.documents)),
            total=found.total,
            facets=found.facets,
            next_offset=end if end < found.total and end <= MAX_OFFSET else None,
        )

    async def facets(self, query: SearchQuery) -> SearchFacets:
        asked = _Asked(
            query.text, query.filters, SearchSort.MOST_TRADED, 0, 0, HIT, has_facets=True
        )
        return (await self._find(asked)).facets

    async def autocomplete(
        self, text: str, limit: int, brand: str | None = None
    ) -> Sequence[Suggestion]:
        asked = _Asked(
            check_search_text(text), SearchFilters(brand), SearchSort.RELEVANCE, 0, limit, HIT,
            has_facets=False,
        )  # fmt: skip
        hits = [hit_of(document) for document in (await self._find(asked)).documents]
        called = await self._called([name_key(hit) for hit in hits])
        return [suggestion_of(hit, is_shared=called[name_key(hit)] > 1) for hit in hits]

    async def _called(self, keys: Sequence[str]) -> Counter[str]:
        """Return how many products a text with each of these keys means."""
        called: Counter[str] = Counter()
        if keys:
            marks = [mark(key) for key in dict.fromkeys(keys)]
            [result] = await self._typesense.search(
                [search_for(self._alias, [has_any(marks)], per_page=MAX_PER_PAGE, fields=HIT)]
            )
            called.update(key for each in documents_in(result) for key in own_keys(hit_of(each)))
        return called

    async def _find(self, asked: _Asked) -> _Found:
        try:
            found = await self._look(asked, [begins_with(word) for word in asked.typed])
            if found.total or not asked.typed:
                return found
            meant = await self._meant(asked.typed)
            return _NOTHING if meant is None else await self._look(asked, meant)
        except NotThere as error:
            raise Unavailable(what=TYPESENSE) from error

    async def _look(self, asked: _Asked, words: Sequence[str]) -> _Found:
        """Return what has words, given as conditions."""
        conditions = [*words, *passing(asked.filters)]
        key = asked.key
        searches = [
            *self._pages(asked, conditions, asked.offset, asked.limit),
            *(
                []
                if key is None
                else self._pages(asked, [*conditions, is_meant(key)], asked.offset, asked.limit)
            ),
        ]
        results = await self._typesense.search(searches)
        of_all = results if key is None else results[: len(results) // 2]
        of_style = [] if key is None else results[len(results) // 2 :]
        first = of_all[0]
        facets = facets_in(first) if asked.has_facets else _NO_FACETS
        spelt = of_style[0]["found"] if of_style else 0
        if not spelt:
            return _Found(_part(of_all, asked.offset, asked.limit), first["found"], facets)
        assert key is not None
        documents = _part(of_style, asked.offset, asked.limit)
        missing = asked.limit - len(documents)
        if missing:
            offset = max(0, asked.offset - spelt)
            others = self._pages(asked, [*conditions, is_not_meant(key)], offset, missing)
            documents += _part(await self._typesense.search(others), offset, missing)
        return _Found(documents, first["found"], facets)

    def _pages(
        self, asked: _Asked, conditions: Sequence[str], offset: int, limit: int
    ) -> list[Search]:
        return [
            search_for(
                self._alias,
                conditions,
                sort=order(asked.sort, asked.typed),
                page=page,
                per_page=limit,
                fields=asked.fields,
                has_facets=asked.has_facets and place == 0,
            )
            for place, page in enumerate(pages_of(offset, limit) if limit else [1])
        ]

    async def _meant(self, typed: Sequence[str]) -> list[str] | None:
        """Return conditions for the words that were meant, or None if nothing can have one."""
        counts = await self._typesense.search(
            [search_for(self._alias, [begins_with(word)]) for word in typed]
        )
        conditions: list[str] = []
        for word, count in zip(typed, counts, strict=True):
            if count["found"]:
                conditions.append(begins_with(word))
            elif words := await self._nearest(word):
                conditions.append(has_any(words))
            else:
                return None
        return conditions

    async def _nearest(self, typed: str) -> list[str]:
        """Return the indexed words that have the fewest typos."""
        most = allowed_typos(typed)
        words: list[str] = []
        while most:
            # A product with a word that is known is left out, to see what others have.
            [result] = await self._typesense.search(
                [similar(self._alias, typed, typos=most, but=words)]
            )
            documents = documents_in(result)
            candidates = {word for document in documents for word in _words_of(document)}
            found = nearest(typed, [*words, *candidates])
            if found == words or len(documents) == result["found"]:
                return found
            words = found
        return words


def _words_of(document: Mapping[str, Any]) -> list[str]:
    names = (document[name] for name in ("style_code", "brand", "model", "colorway"))
    return indexed_words(*names)


def _part(pages: Sequence[dict[str, Any]], offset: int, limit: int) -> list[dict[str, Any]]:
    """Return `limit` documents from `offset` on, of pages that begin where its own does."""
    documents = [document for page in pages for document in documents_in(page)]
    skipped = offset % limit if limit else 0
    return documents[skipped : skipped + limit]
