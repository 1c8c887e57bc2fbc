"""The search index on SQLite finds, sorts and counts what the one in memory does.

That one looks at every product. This one has them in columns, which follow the writes.
"""

import asyncio
import shutil
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.memory.search_index import MemorySearchIndex
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.search.sqlite_search_index import SqliteSearchIndex
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import Size
from solebook.ports.language.search import (
    MarketFigures,
    SearchDocument,
    SearchFilters,
    SearchQuery,
    SearchSort,
)
from solebook.ports.search_index import SearchIndex

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = ("air", "jordan", "jordon", "low", "high", "dunk", "dunks", "zebra", "350")
BRANDS = ("Nike", "NIKE", "adidas")
PRODUCTS = 12
MINUTE = timedelta(minutes=1)


class Step(ABC):
    """What is done to an index."""

    @abstractmethod
    async def to(self, index: SearchIndex) -> object:
        """Do it, and return what it answers."""


@dataclass(frozen=True)
class Put(Step):
    document: SearchDocument

    async def to(self, index: SearchIndex) -> None:
        await index.put(self.document)


@dataclass(frozen=True)
class Price(Step):
    product_id: ProductId
    figures: MarketFigures

    async def to(self, index: SearchIndex) -> None:
        await index.put_figures(self.product_id, self.figures)


@dataclass(frozen=True)
class Remove(Step):
    product_id: ProductId

    async def to(self, index: SearchIndex) -> None:
        await index.remove(self.product_id)


@dataclass(frozen=True)
class Rebuild(Step):
    products: list[tuple[SearchDocument, MarketFigures]]

    async def to(self, index: SearchIndex) -> None:
        async with index.rebuild() as rebuild:
            await rebuild.put(self.products)


@dataclass(frozen=True)
class Find(Step):
    query: SearchQuery

    async def to(self, index: SearchIndex) -> object:
        results = await index.search(self.query)
        assert results.facets == await index.facets(self.query)
        return results, await index.autocomplete(self.query.text, self.query.limit)


ids = st.integers(1, PRODUCTS).map(lambda number: ProductId(UUID(int=number)))
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
prices = st.none() | st.sampled_from([5_000, 9_999, 10_000, 25_000, 120_000])
sizes = st.lists(st.sampled_from([Size("9"), Size("10.5"), Size("6Y")]), unique=True, min_size=1)
figures = st.builds(
    MarketFigures, prices, st.integers(0, 3), st.integers(0, 3).map(lambda m: NOON + m * MINUTE)
)
documents = st.builds(
    SearchDocument,
    product_id=ids,
    version=st.integers(1, 4),
    style_code=st.sampled_from(["DD1391-100", "DD1391 101", "CP9654", "zebra"]),
    brand=st.sampled_from(BRANDS),
    model=names,
    colorway=names,
    retail_price=st.just(11_000),
    release_date=st.integers(0, 3).map(lambda n: date(2019 + n // 2, 12, 31 - n)),
    sizes=sizes.map(tuple),
)
typed = names.flatmap(
    lambda name: st.sampled_from([name, name[:2], name[:4], name.replace("r", "", 1), "", "dd1391"])
)
queries = st.builds(
    SearchQuery,
    text=typed | st.sampled_from(["dd1391 100", "cp9654", "jrodan"]),
    filters=st.builds(
        SearchFilters,
        brand=st.none() | st.sampled_from(BRANDS),
        size=st.none() | st.sampled_from([Size("9"), Size("6Y")]),
        min_price=st.none() | st.just(9_999),
        max_price=st.none() | st.just(25_000),
        year=st.none() | st.sampled_from([2019, 2020]),
    ),
    sort=st.sampled_from(SearchSort),
    limit=st.integers(1, 5),
    offset=st.integers(0, 4),
)
steps: st.SearchStrategy[Step] = (
    st.builds(Put, documents)
    | st.builds(Price, ids, figures)
    | st.builds(Find, queries)
    | st.builds(Remove, ids.filter(lambda product_id: product_id.int % 3 == 0))
    | st.builds(
        Rebuild,
        st.lists(
            st.tuples(documents, figures), unique_by=lambda p: p[0].product_id, max_size=PRODUCTS
        ),
    )
)


def settled(steps: list[Step]) -> list[Step]:
    """Let each version of a product have one content, as they have in the catalogue."""
    contents: dict[tuple[ProductId, int], SearchDocument] = {}

    def known(document: SearchDocument) -> SearchDocument:
        return contents.setdefault((document.product_id, document.version), document)

    return [
        Put(known(step.document))
        if isinstance(step, Put)
        else Rebuild([(known(document), of) for document, of in step.products])
        if isinstance(step, Rebuild)
        else step
        for step in steps
    ]


LAST: list[Step] = [
    *(Find(SearchQuery(sort=sort, limit=PRODUCTS)) for sort in SearchSort),
    *(Find(SearchQuery(text, limit=PRODUCTS)) for text in (*WORDS, "dd1391 100", "cp9654", "jord")),
]


@pytest.mark.integration
@pytest.mark.no_cover
@settings(max_examples=60)
@given(
    steps=st.tuples(
        st.lists(st.builds(Put, documents) | st.builds(Price, ids, figures), min_size=8),
        st.lists(steps, max_size=40),
    ).map(lambda parts: settled([*parts[0], *parts[1]]))
)
def test_both_indexes_answer_the_same(empty_database: Path, steps: list[Step]) -> None:
    async def compare(path: Path) -> None:
        url = f"sqlite:///{path}"
        async with SqlDatabase(url) as database, SqlDatabase(url) as of_another_process:
            memory, sqlite = MemorySearchIndex(), SqliteSearchIndex(database)
            other = SqliteSearchIndex(of_another_process)
            for step in (*steps, *LAST):
                expected = await step.to(memory)
                assert await step.to(sqlite) == expected, step
                if isinstance(step, Find):
                    for follower in (other, SqliteSearchIndex(database)):
                        assert await step.to(follower) == expected, step

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(Path(shutil.copyfile(empty_database, Path(folder) / "search.db"))))
