"""An index that an earlier version has built is renewed, by one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from solebook.adapters.memory.search_index import MemorySearchIndex
from solebook.composition.engine import engine_of
from solebook.ports.language.errors import RebuildReplaced
from solebook.ports.language.search import SearchQuery
from solebook.ports.search_index import IndexRebuild

from ...exchange import Exchange, build_exchange


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await engine_of(exchange.app).stop()


class OutdatedIndex(MemorySearchIndex):
    """An index of an earlier version, until it is rebuilt. Another process may rebuild it too."""

    def __init__(self, *, has_rival: bool = False) -> None:
        super().__init__()
        self._serves = self._serving
        self._has_rival = has_rival

    async def is_outdated(self) -> bool:
        return self._serving is self._serves

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[IndexRebuild]:
        async with super().rebuild() as rebuild:
            yield rebuild
            if self._has_rival:
                raise RebuildReplaced


async def test_an_outdated_index_is_renewed_once_and_says_so(exchange: Exchange) -> None:
    index, announced = OutdatedIndex(), list[str]()
    use_case = exchange.app.search.renew_index
    reindex = replace(use_case.reindex_products, search_index=index)
    renew = replace(use_case, search_index=index, reindex_products=reindex)
    assert await renew(lambda: announced.append("began")) == 1
    assert await renew(lambda: announced.append("again")) is None
    assert announced == ["began"]
    assert (await index.search(SearchQuery())).total == 1


async def test_an_index_that_another_process_renews_is_left_to_it(exchange: Exchange) -> None:
    index = OutdatedIndex(has_rival=True)
    use_case = exchange.app.search.renew_index
    reindex = replace(use_case.reindex_products, search_index=index)
    renew = replace(use_case, search_index=index, reindex_products=reindex)
    assert await renew(lambda: None) is None
