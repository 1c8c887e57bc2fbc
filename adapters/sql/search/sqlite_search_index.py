"""The search index, with SQLite's full-text search (FTS5)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, true, update

from ....ports.language.errors import RebuildReplaced
from ....ports.language.ids import ProductId
from ....ports.language.market import Size
from ....ports.language.search import (
    MAX_OFFSET,
    MarketFigures,
    SearchDocument,
    SearchFacets,
    SearchHit,
    SearchQuery,
    SearchResults,
    Suggestion,
    check_search_text,
)
from ....ports.language.text import spelling_key, words_of
from ....ports.search_index import IndexRebuild, SearchIndex
from ...text_search.facets import count_facets
from ...text_search.spelling import allowed_typos, candidate_trigrams, nearest
from ...text_search.turns import Turns
from ..engine.constructs import insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from .sqlite_search_slot import BROAD, SearchSlot
from .sqlite_search_tables import search_index, search_removed

_SLOTS = {"a": SearchSlot("a"), "b": SearchSlot("b")}
_STATE = Statement(select(search_index))
_BEGIN = Statement(
    update(search_index).values(rebuilds=search_index.c.rebuilds + 1, building=true())
)
_END = Statement(
    update(search_index)
    .where(search_index.c.rebuilds == bindparam("rebuild"))
    .values(serving=bindparam("slot"), building=bindparam("goes_on"))
)
_REMOVE = Statement(insert_or_skip(search_removed, search_removed.c.product_id))
_REMOVED = Statement(
    select(search_removed.c.product_id).where(one_of(search_removed.c.product_id, "ids"))
)


class SqliteSearchIndex(SearchIndex):
    """Two slots in the store's file: one serves while a rebuild fills the other."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._turns = Turns[ProductId]()

    # ---- writing -------------------------------------------------------------------------

    def writing(self, product_id: ProductId) -> AbstractAsyncContextManager[None]:
        assert not self._database.in_transaction, "the index must not be used in a transaction"
        return self._turns.of(product_id)

    async def put(self, document: SearchDocument) -> None:
        async with self._transaction():
            if not await self._removed([document.product_id]):
                for slot in await self._written():
                    await slot.write(self._database, [document])

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        async with self._transaction():
            for slot in await self._written():
                await slot.write_figures(self._database, {product_id: figures})

    async def figures_as_of(self, product_id: ProductId) -> datetime | None:
        slot = _SLOTS[(await self._state()).serving]
        known = await slot.figures(self._database, [product_id])
        return known[product_id].as_of if known else None

    async def remove(self, product_id: ProductId) -> None:
        async with self._transaction():
            await self._database.execute(_REMOVE, product_id=product_id)
            for slot in await self._written():
                await slot.remove(self._database, [product_id])

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[IndexRebuild]:
        async with self._transaction():
            await self._database.execute(_BEGIN)
            state = await self._state()
            await _other(state.serving).clear(self._database)
        number, old, new = state.rebuilds, state.serving, _other(state.serving).name
        try:
            yield _Rebuild(self, number)
        except BaseException:
            async with self._transaction():
                await self._database.execute(_END, rebuild=number, slot=old, goes_on=False)
            raise
        async with self._transaction():
            if not await self._database.execute(_END, rebuild=number, slot=new, goes_on=False):
                raise RebuildReplaced

    async def add(
        self, rebuild: int, products: Sequence[tuple[SearchDocument, MarketFigures]]
    ) -> None:
        """Add products to the slot of a rebuild. Raises RebuildReplaced."""
        async with self._transaction():
            state = await self._state()
            if state.rebuilds != rebuild or not state.building:
                raise RebuildReplaced
            removed = await self._removed([document.product_id for document, _ in products])
            given = {d.product_id: (d, f) for d, f in products if d.product_id not in removed}
            slot = _other(state.serving)
            await slot.write(self._database, [document for document, _ in given.values()])
            serving = await _SLOTS[state.serving].figures(self._database, list(given))
            await slot.write_figures(self._database, serving)
            await slot.write_figures(self._database, {i: f for i, (_, f) in given.items()})

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        assert not self._database.in_transaction, "the index must not be used in a transaction"
        async with self._database.transaction():
            yield

    async def _state(self) -> Row:
        return (await self._database.rows(_STATE))[0]

    async def _written(self) -> list[SearchSlot]:
        state = await self._state()
        serving = _SLOTS[state.serving]
        return [serving, _other(state.serving)] if state.building else [serving]

    async def _removed(self, product_ids: Sequence[ProductId]) -> set[ProductId]:
        rows = await self._database.rows(_REMOVED, ids=product_ids)
        return {row.product_id for row in rows}

    # ---- reading -------------------------------------------------------------------------

    async def search(self, query: SearchQuery) -> SearchResults:
        slot, text_query = await self._text_query(query.text)
        if text_query is None:
            return SearchResults((), 0, count_facets([]))
        values = text_query.values() | _filters(query)
        end = query.offset + query.limit
        rows = await self._database.rows(
            slot.hits[query.sort, text_query.has_text],
            **values,
            limit=query.limit,
            offset=query.offset,
        )
        groups = await self._database.rows(slot.groups[text_query.has_text], **values)
        total = sum(group.count for group in groups)
        return SearchResults(
            hits=tuple(map(_hit, rows)),
            total=total,
            facets=_facets(groups),
            next_offset=end if end < total and end <= MAX_OFFSET else None,
        )

    async def facets(self, query: SearchQuery) -> SearchFacets:
        slot, text_query = await self._text_query(query.text)
        if text_query is None:
            return count_facets([])
        values = text_query.values() | _filters(query)
        return _facets(await self._database.rows(slot.groups[text_query.has_text], **values))

    async def autocomplete(self, text: str, limit: int) -> Sequence[Suggestion]:
        slot, text_query = await self._text_query(check_search_text(text))
        if text_query is None:
            return []
        if not text_query.has_text:
            rows = await self._database.rows(slot.suggest_all, limit=limit)
            return [_suggestion(row) for row in rows]
        # Query the three ranks of relevance in turn, because the first two are usually enough.
        rows = await self._database.rows(slot.suggest_by_key, key=text_query.key, limit=limit)
        found = {row.product_id: _suggestion(row) for row in rows}
        for match in dict.fromkeys((text_query.exact, text_query.match)):
            if len(found) < limit:
                for row in await self._most_traded(slot, match, limit):
                    found.setdefault(row.product_id, _suggestion(row))
        return list(found.values())[:limit]

    async def _most_traded(self, slot: SearchSlot, match: str, limit: int) -> Sequence[Row]:
        [breadth] = await self._database.rows(slot.breadth, match=match)
        if not breadth.count:
            return []
        statement = slot.suggest_many if breadth.count > BROAD else slot.suggest_few
        return await self._database.rows(statement, match=match, limit=limit)

    async def _text_query(self, text: str) -> "tuple[SearchSlot, _TextQuery | None]":
        """Return the serving slot and the query for it, or None if nothing can match."""
        slot = _SLOTS[(await self._state()).serving]
        typed = words_of(text)
        parts = []
        for word in typed:
            part = await self._word_query(slot, word)
            if part is None:
                return slot, None
            parts.append(part)
        exact = " AND ".join(f'"{word}"' for word in typed)
        return slot, _TextQuery(" AND ".join(parts), exact, spelling_key(text))

    async def _word_query(self, slot: SearchSlot, typed: str) -> str | None:
        prefix = f'"{typed}"*'
        if await self._database.first(slot.any_match, match=prefix) is not None:
            return prefix
        if not allowed_typos(typed):
            return None
        similar = _any_of(sorted(candidate_trigrams(typed)))
        rows = await self._database.rows(slot.similar, match=similar)
        candidates = {row.word for row in rows}
        while words := nearest(typed, candidates):
            corrected = f"({_any_of(words)})"
            if await self._database.first(slot.any_match, match=corrected) is not None:
                return corrected
            candidates.difference_update(words)  # stale words that no product has any more
        return None


class _Rebuild(IndexRebuild):
    def __init__(self, index: SqliteSearchIndex, number: int) -> None:
        self._index = index
        self._number = number

    async def put(self, products: Sequence[tuple[SearchDocument, MarketFigures]]) -> None:
        await self._index.add(self._number, products)


@dataclass(frozen=True, slots=True)
class _TextQuery:
    """A search text as FTS5 queries: `match` allows typos, `exact` has the words as typed."""

    match: str
    exact: str
    key: str

    @property
    def has_text(self) -> bool:
        """Whether the text has any word."""
        return bool(self.match)

    def values(self) -> dict[str, Any]:
        """Return the parameters of a query."""
        return {"match": self.match, "exact": self.exact, "key": self.key}


def _any_of(words: Sequence[str]) -> str:
    # Words have only letters and digits, so there are no quotes to escape.
    return " OR ".join(f'"{word}"' for word in words)


def _other(slot: str) -> SearchSlot:
    return _SLOTS["b" if slot == "a" else "a"]


def _filters(query: SearchQuery) -> dict[str, Any]:
    filters = query.filters
    return {
        "brand": None if filters.brand is None else spelling_key(filters.brand),
        "size": filters.size,
        "year": filters.year,
        "min_price": filters.min_price,
        "max_price": filters.max_price,
    }


def _facets(groups: Sequence[Row]) -> SearchFacets:
    return count_facets((g.brand, _sizes(g.sizes), g.year, g.price, g.count) for g in groups)


def _sizes(text: str) -> tuple[Size, ...]:
    return tuple(Size(size) for size in text.split())


def _suggestion(row: Row) -> Suggestion:
    text = f"{row.brand} {row.model} {row.colorway}"
    return Suggestion(row.product_id, row.style_code, text)


def _hit(row: Row) -> SearchHit:
    return SearchHit(
        product_id=row.product_id,
        style_code=row.style_code,
        brand=row.brand,
        model=row.model,
        colorway=row.colorway,
        retail_price=row.retail_price,
        release_date=row.release_date,
        sizes=_sizes(row.sizes),
        lowest_ask=row.lowest_ask,
        sales=row.sales,
    )
