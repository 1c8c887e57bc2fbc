"""The search index, with SQLite's full-text search (FTS5)."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Integer, bindparam, false, select, true, update

from ....ports.language.errors import RebuildReplaced
from ....ports.language.ids import ProductId
from ....ports.language.search import (
    MAX_OFFSET,
    MarketFigures,
    SearchDocument,
    SearchFacets,
    SearchFilters,
    SearchQuery,
    SearchResults,
    SearchSort,
    Suggestion,
    check_search_text,
)
from ....ports.language.text import words_of
from ....ports.search_index import IndexRebuild, SearchIndex
from ...text_search.columns import ProductColumns, Products
from ...text_search.names import name_key
from ...text_search.spelling import (
    FORM,
    allowed_typos,
    candidate_trigrams,
    nearest,
    typed_words,
)
from ...text_search.turns import Turns
from ..engine.constructs import insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from .document_rows import suggestion_of
from .sqlite_search_columns import SLOTS, SqliteSearchColumns, read_state
from .sqlite_search_slot import SearchSlot
from .sqlite_search_tables import search_index, search_removed

MOST_TEXTS = 500
"""The number of texts whose products are remembered."""

_CHANGE = Statement(
    update(search_index).values(changes=search_index.c.changes + 1).returning(*search_index.c)
)
_BEGIN = Statement(
    update(search_index).values(rebuilds=search_index.c.rebuilds + 1, building=true())
)
_END = Statement(
    update(search_index)
    .where(search_index.c.rebuilds == bindparam("rebuild"))
    .values(
        serving=bindparam("slot"),
        building=false(),
        swaps=search_index.c.swaps + bindparam("swapped", type_=Integer),
        form=bindparam("as_form"),
    )
)
_REMOVE = Statement(insert_or_skip(search_removed, search_removed.c.product_id))
_REMOVED = Statement(
    select(search_removed.c.product_id).where(one_of(search_removed.c.product_id, "ids"))
)


class SqliteSearchIndex(SearchIndex):
    """Two slots in the store's file: one serves while a rebuild fills the other.

    SQLite finds the products that have the words. They are filtered, sorted and counted in memory.
    """

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._turns = Turns[ProductId]()
        self._columns = SqliteSearchColumns(database)
        self._matches = _Matches()

    # ---- writing -------------------------------------------------------------------------

    def writing(self, product_id: ProductId) -> AbstractAsyncContextManager[None]:
        assert not self._database.in_transaction, "the index must not be used in a transaction"
        return self._turns.of(product_id)

    async def put(self, document: SearchDocument) -> None:
        async with self._transaction():
            if not await self._removed([document.product_id]):
                change, slots = await self._change()
                for slot in slots:
                    await slot.write(self._database, [document], change)

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        async with self._transaction():
            change, slots = await self._change()
            for slot in slots:
                await slot.write_figures(self._database, {product_id: figures}, change)

    async def is_outdated(self) -> bool:
        return bool((await read_state(self._database)).form < FORM)

    async def figures_as_of(self, product_id: ProductId) -> datetime | None:
        slot = SLOTS[(await read_state(self._database)).serving]
        known = await slot.figures(self._database, [product_id])
        return known[product_id].as_of if known else None

    async def documents(
        self, product_ids: Collection[ProductId]
    ) -> Mapping[ProductId, SearchDocument]:
        slot = SLOTS[(await read_state(self._database)).serving]
        return await slot.documents(self._database, product_ids)

    async def remove(self, product_id: ProductId) -> None:
        async with self._transaction():
            change, slots = await self._change()
            await self._database.execute(_REMOVE, product_id=product_id, changed=change)
            for slot in slots:
                await slot.remove(self._database, [product_id])

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[IndexRebuild]:
        async with self._transaction():
            await self._database.execute(_BEGIN)
            state = await read_state(self._database)
            old_form = state.form
            await _other(state.serving).clear(self._database)
        number, old, new = state.rebuilds, state.serving, _other(state.serving).name
        try:
            yield _Rebuild(self, number)
        except BaseException:
            async with self._transaction():
                await self._database.execute(
                    _END, rebuild=number, slot=old, swapped=0, as_form=old_form
                )
            raise
        async with self._transaction():
            served = {"slot": new, "swapped": 1, "as_form": FORM}
            if not await self._database.execute(_END, rebuild=number, **served):
                raise RebuildReplaced

    async def add(
        self, rebuild: int, products: Sequence[tuple[SearchDocument, MarketFigures]]
    ) -> None:
        """Add products to the slot of a rebuild. Raises RebuildReplaced."""
        async with self._transaction():
            state = await read_state(self._database)
            if state.rebuilds != rebuild or not state.building:
                raise RebuildReplaced
            removed = await self._removed([document.product_id for document, _ in products])
            given = {d.product_id: (d, f) for d, f in products if d.product_id not in removed}
            slot = _other(state.serving)
            change = state.changes
            await slot.write(self._database, [document for document, _ in given.values()], change)
            serving = await SLOTS[state.serving].figures(self._database, list(given))
            await slot.write_figures(self._database, serving, change)
            await slot.write_figures(self._database, {i: f for i, (_, f) in given.items()}, change)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        assert not self._database.in_transaction, "the index must not be used in a transaction"
        async with self._database.transaction():
            yield

    async def _change(self) -> tuple[int, list[SearchSlot]]:
        """Return the number of a new write, and the slots to be written."""
        state = await self._database.first(_CHANGE)
        assert state is not None
        serving = SLOTS[state.serving]
        slots = [serving, _other(state.serving)] if state.building else [serving]
        return state.changes, slots

    async def _removed(self, product_ids: Sequence[ProductId]) -> set[ProductId]:
        rows = await self._database.rows(_REMOVED, ids=product_ids)
        return {row.product_id for row in rows}

    # ---- reading -------------------------------------------------------------------------

    async def search(self, query: SearchQuery) -> SearchResults:
        slot, columns = await self._columns.current()
        match = await self._found(slot, columns, query.text)
        found = columns.among(match.found, query.filters)
        total = found.bit_count()
        groups = match.by_relevance(found) if query.sort is SearchSort.RELEVANCE else [found]
        end = query.offset + query.limit
        return SearchResults(
            hits=tuple(columns.page(groups, query.sort, query.offset, query.limit)),
            total=total,
            facets=columns.facets(found),
            next_offset=end if end < total and end <= MAX_OFFSET else None,
        )

    async def facets(self, query: SearchQuery) -> SearchFacets:
        slot, columns = await self._columns.current()
        match = await self._found(slot, columns, query.text)
        return columns.facets(columns.among(match.found, query.filters))

    async def autocomplete(
        self, text: str, limit: int, brand: str | None = None
    ) -> Sequence[Suggestion]:
        slot, columns = await self._columns.current()
        match = await self._found(slot, columns, check_search_text(text))
        groups = match.by_relevance(columns.among(match.found, SearchFilters(brand)))
        return [
            suggestion_of(hit, is_shared=columns.meant(name_key(hit)).bit_count() > 1)
            for hit in columns.page(groups, SearchSort.RELEVANCE, 0, limit)
        ]

    async def _found(self, slot: SearchSlot, columns: ProductColumns, text: str) -> "_Match":
        """Return the products that have every word of a text, as a prefix or with a typo."""
        words = tuple(words_of(text))
        if not words:
            return _Match(columns.everything, 0, 0)
        generation = columns.generation
        match = self._matches.get(columns, words)
        if match is None:
            match = await self._match(slot, columns, words)
            if columns.generation == generation:
                self._matches.keep(columns, words, match)
        return match

    async def _match(
        self, slot: SearchSlot, columns: ProductColumns, words: Sequence[str]
    ) -> "_Match":
        spelt = columns.meant("".join(words))
        typed = typed_words(" ".join(words))
        found = await self._numbers(slot, " AND ".join(f'"{word}"*' for word in typed))
        if found:
            exact = found
            if len(found) > 1:
                exact = await self._numbers(slot, " AND ".join(f'"{word}"' for word in typed))
            return _Match(columns.numbered(found), spelt, columns.numbered(exact))
        parts = []
        for word in typed:
            part = await self._word_query(slot, word)
            if part is None:
                return _Match(0, 0, 0)
            parts.append(part)
        found = await self._numbers(slot, " AND ".join(parts))
        return _Match(columns.numbered(found), spelt, 0)

    async def _numbers(self, slot: SearchSlot, match: str) -> list[int]:
        row = await self._database.first(slot.matches, match=match)
        assert row is not None
        return msgspec.json.decode(row.numbers, type=list[int])

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
class _Match:
    """The products that a text finds, and which of all products are more relevant than others."""

    found: Products
    spelt: Products
    """Those that the text means: it is their style code or their whole name."""
    exact: Products
    """Those that have the words as typed."""

    def by_relevance(self, found: Products) -> list[Products]:
        """Divide products into groups, the most relevant first."""
        spelt, others = found & self.spelt, found & ~self.spelt
        return [
            spelt & self.exact,
            spelt & ~self.exact,
            others & self.exact,
            others & ~self.exact,
        ]


class _Matches:
    """What texts found, until a product's text changes. Few texts are most of what is typed."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], _Match] = {}
        self._of: tuple[ProductColumns, int] | None = None

    def get(self, columns: ProductColumns, typed: tuple[str, ...]) -> _Match | None:
        """Return what a text found in the same products, if it is known."""
        if self._of != (columns, columns.generation):
            self._known.clear()
            self._of = columns, columns.generation
        return self._known.get(typed)

    def keep(self, columns: ProductColumns, typed: tuple[str, ...], match: _Match) -> None:
        """Remember what a text found, and forget the oldest text."""
        if self._of == (columns, columns.generation):
            self._known[typed] = match
            if len(self._known) > MOST_TEXTS:
                del self._known[next(iter(self._known))]


def _any_of(words: Sequence[str]) -> str:
    # Words have only letters and digits, so there are no quotes to escape.
    return " OR ".join(f'"{word}"' for word in words)


def _other(slot: str) -> SearchSlot:
    return SLOTS["b" if slot == "a" else "a"]
