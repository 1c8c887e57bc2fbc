"""The search index, with PostgreSQL's full-text search."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from ....ports.language.errors import RebuildReplaced
from ....ports.language.ids import ProductId
from ....ports.language.search import (
    MAX_OFFSET,
    MarketFigures,
    SearchDocument,
    SearchFacets,
    SearchQuery,
    SearchResults,
    Suggestion,
    check_search_text,
)
from ....ports.language.text import spelling_key
from ....ports.search_index import IndexRebuild, SearchIndex
from ...text_search.facets import count_facets
from ...text_search.names import mark, marks_of, name_key, own_keys
from ...text_search.spelling import (
    FORM,
    allowed_typos,
    candidate_trigrams,
    nearest,
    trigrams,
    typed_words,
)
from ...text_search.turns import Turns
from ..engine.database import SqlDatabase
from ..engine.statement import Row
from . import postgres_search_statements as sql
from .document_rows import (
    document_of,
    document_values,
    hit_of,
    joined_in,
    sizes_of,
    suggestion_of,
    words_in,
)

_LOCK = "search index"


class PostgresSearchIndex(SearchIndex):
    """Tables in the store's database. One transaction at a time writes to them."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._turns = Turns[ProductId]()

    # ---- writing -------------------------------------------------------------------------

    def writing(self, product_id: ProductId) -> AbstractAsyncContextManager[None]:
        assert not self._database.in_transaction, _OUTSIDE
        return self._turns.of(product_id)

    async def put(self, document: SearchDocument) -> None:
        async with self._writing() as state:
            if not await self._removed([document.product_id]):
                for generation in _written(state):
                    await self._write(generation, [document])

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        async with self._writing() as state:
            for generation in _written(state):
                await self._write_figures(generation, [(product_id, figures)])

    async def is_outdated(self) -> bool:
        return bool((await self._state()).form < FORM)

    async def figures_as_of(self, product_id: ProductId) -> datetime | None:
        state = await self._state()
        row = await self._database.first(sql.AS_OF, generation=state.serving, product_id=product_id)
        return None if row is None else row.as_of

    async def documents(
        self, product_ids: Collection[ProductId]
    ) -> Mapping[ProductId, SearchDocument]:
        state = await self._state()
        rows = await self._database.rows(
            sql.DOCUMENTS, generation=state.serving, ids=list(product_ids)
        )
        return {row.product_id: document_of(row) for row in rows}

    async def remove(self, product_id: ProductId) -> None:
        async with self._writing():
            await self._database.execute(sql.NOTE_REMOVED, product_id=product_id)
            await self._database.execute(sql.REMOVE, product_id=product_id)

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[IndexRebuild]:
        async with self._writing() as state:
            number = state.rebuilds + 1
            await self._database.execute(sql.FORGET_OTHERS, generation=state.serving)
            await self._database.execute(sql.BEGIN, number=number)
        try:
            yield _Rebuild(self, number)
        except BaseException:
            async with self._writing():
                await self._database.execute(sql.GIVE_UP, number=number)
            raise
        async with self._writing():
            if not await self._database.execute(sql.SERVE, number=number, as_form=FORM):
                raise RebuildReplaced
            await self._database.execute(sql.FORGET_OTHERS, generation=number)

    async def add(
        self, rebuild: int, products: Sequence[tuple[SearchDocument, MarketFigures]]
    ) -> None:
        """Add products to the generation of a rebuild. Raises RebuildReplaced."""
        async with self._writing() as state:
            if state.building != rebuild:
                raise RebuildReplaced
            removed = await self._removed([document.product_id for document, _ in products])
            given = {d.product_id: (d, f) for d, f in products if d.product_id not in removed}
            figures = {product_id: figures for product_id, (_, figures) in given.items()}
            known = await self._database.rows(
                sql.FIGURES, generations=_written(state), ids=list(given)
            )
            for row in known:
                if row.as_of is not None and row.as_of > figures[row.product_id].as_of:
                    figures[row.product_id] = _figures(row)
            await self._write(rebuild, [document for document, _ in given.values()], figures)
            there = [row.product_id for row in known if row.generation == rebuild]
            await self._write_figures(rebuild, [(id_, figures[id_]) for id_ in there])

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Row]:
        """Yield the state, which nobody else changes meanwhile."""
        assert not self._database.in_transaction, _OUTSIDE
        async with self._database.transaction():
            await self._database.lock(_LOCK)
            yield await self._state()

    async def _state(self) -> Row:
        return (await self._database.rows(sql.STATE))[0]

    async def _removed(self, product_ids: Sequence[ProductId]) -> set[ProductId]:
        rows = await self._database.rows(sql.REMOVED, ids=product_ids)
        return {row.product_id for row in rows}

    async def _write(
        self,
        generation: int,
        documents: Sequence[SearchDocument],
        figures: Mapping[ProductId, MarketFigures] = MappingProxyType({}),
    ) -> None:
        """Put products. Those that are new get the figures."""
        rows = [
            document_values(one, figures.get(one.product_id))
            | {
                "generation": generation,
                "words": [*words_in(one), *joined_in(one), *marks_of(one)],
            }
            for one in documents
        ]
        await self._database.execute_many(sql.PUT, rows)
        words = sorted({word for one in documents for word in words_in(one)})
        await self._database.execute_many(
            sql.ADD_WORD, [{"word": word, "trigrams": sorted(trigrams(word))} for word in words]
        )

    async def _write_figures(
        self, generation: int, figures: Sequence[tuple[ProductId, MarketFigures]]
    ) -> None:
        await self._database.execute_many(
            sql.SET_FIGURES,
            [
                {
                    "of": generation,
                    "product": product_id,
                    "price": f.lowest_ask,
                    "count": f.sales,
                    "at": f.as_of,
                }
                for product_id, f in figures
            ],
        )

    # ---- reading -------------------------------------------------------------------------

    async def search(self, query: SearchQuery) -> SearchResults:
        wanted = await self._wanted(query.text)
        if wanted is None:
            return SearchResults((), 0, count_facets([]))
        values = wanted.values() | _filters(query)
        end = query.offset + query.limit
        rows = await self._database.rows(
            sql.HITS[query.sort, wanted.has_text],
            **values,
            exact=wanted.exact,
            key=wanted.key,
            mark=wanted.mark,
            limit=query.limit,
            offset=query.offset,
        )
        groups = await self._database.rows(sql.GROUPS[wanted.has_text], **values)
        total = sum(group.count for group in groups)
        return SearchResults(
            hits=tuple(map(hit_of, rows)),
            total=total,
            facets=_facets(groups),
            next_offset=end if end < total and end <= MAX_OFFSET else None,
        )

    async def facets(self, query: SearchQuery) -> SearchFacets:
        wanted = await self._wanted(query.text)
        if wanted is None:
            return count_facets([])
        values = wanted.values() | _filters(query)
        return _facets(await self._database.rows(sql.GROUPS[wanted.has_text], **values))

    async def autocomplete(
        self, text: str, limit: int, brand: str | None = None
    ) -> Sequence[Suggestion]:
        wanted = await self._wanted(check_search_text(text))
        if wanted is None:
            return []
        of = {
            "generation": wanted.generation,
            "limit": limit,
            "brand": None if brand is None else spelling_key(brand),
        }
        if not wanted.has_text:
            rows = await self._database.rows(sql.SUGGEST_ALL, **of)
            return await self._offered(wanted.generation, rows)
        # The three ranks of relevance in turn, because the first two are usually enough.
        rows = await self._database.rows(sql.SUGGEST_MEANT, **of, key=wanted.key, mark=wanted.mark)
        found = {row.product_id: row for row in rows}
        for match in dict.fromkeys((wanted.exact, wanted.match)):
            if len(found) < limit:
                for row in await self._database.rows(sql.SUGGEST, **of, match=match):
                    found.setdefault(row.product_id, row)
        return await self._offered(wanted.generation, list(found.values())[:limit])

    async def _offered(self, generation: int, rows: Sequence[Row]) -> list[Suggestion]:
        """Return products by texts that find them first."""
        marks = " | ".join(sorted({f"'{mark(name_key(row))}'" for row in rows}))
        called: Counter[str] = Counter()
        if rows:
            same = await self._database.rows(sql.NAMESAKES, generation=generation, marks=marks)
            called.update(key for row in same for key in own_keys(row))
        return [suggestion_of(row, is_shared=called[name_key(row)] > 1) for row in rows]

    async def _wanted(self, text: str) -> "_Wanted | None":
        """Return what a text asks for, or None if nothing can match."""
        generation = (await self._state()).serving
        typed = typed_words(text)
        parts = []
        for word in typed:
            part = await self._word_query(generation, word)
            if part is None:
                return None
            parts.append(part)
        exact = " & ".join(f"'{word}'" for word in typed)
        return _Wanted(generation, " & ".join(parts), exact, spelling_key(text))

    async def _word_query(self, generation: int, typed: str) -> str | None:
        # Words have only letters and digits, so there are no quotes to escape.
        prefix = f"'{typed}':*"
        if await self._matches(generation, prefix):
            return prefix
        if not allowed_typos(typed):
            return None
        rows = await self._database.rows(sql.SIMILAR, trigrams=sorted(candidate_trigrams(typed)))
        candidates = {row.word for row in rows}
        while words := nearest(typed, candidates):
            corrected = "(" + " | ".join(f"'{word}'" for word in words) + ")"
            if await self._matches(generation, corrected):
                return corrected
            candidates.difference_update(words)  # stale words that no product has any more
        return None

    async def _matches(self, generation: int, match: str) -> bool:
        row = await self._database.first(sql.ANY_MATCH, generation=generation, match=match)
        return row is not None


class _Rebuild(IndexRebuild):
    def __init__(self, index: PostgresSearchIndex, number: int) -> None:
        self._index = index
        self._number = number

    async def put(self, products: Sequence[tuple[SearchDocument, MarketFigures]]) -> None:
        await self._index.add(self._number, products)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A search text as full-text queries: `match` allows typos, `exact` has the words as typed."""

    generation: int
    match: str
    exact: str
    key: str

    @property
    def mark(self) -> str:
        """The query for what the text is a whole name of."""
        return f"'{mark(self.key)}'"

    @property
    def has_text(self) -> bool:
        """Whether the text has any word."""
        return bool(self.match)

    def values(self) -> dict[str, Any]:
        """Return the parameters of a query."""
        return {"generation": self.generation, "match": self.match}


_OUTSIDE = "the index must not be used in a transaction"


def _written(state: Row) -> list[int]:
    return [state.serving] if state.building is None else [state.serving, state.building]


def _figures(row: Row) -> MarketFigures:
    return MarketFigures(row.lowest_ask, row.sales, row.as_of)


def _filters(query: SearchQuery) -> dict[str, Any]:
    filters = query.filters
    return {
        "brand": None if filters.brand is None else spelling_key(filters.brand),
        "in_size": filters.size,
        "year": filters.year,
        "min_price": filters.min_price,
        "max_price": filters.max_price,
    }


def _facets(groups: Sequence[Row]) -> SearchFacets:
    return count_facets((g.brand, sizes_of(g.sizes), g.year, g.price, g.count) for g in groups)
