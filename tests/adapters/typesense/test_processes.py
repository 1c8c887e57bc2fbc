"""Two processes write to one index, and rebuild it, while it is searched."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from random import Random

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.typesense import collections
from solebook.adapters.typesense.search_index import TypesenseSearchIndex
from solebook.ports.language.errors import RebuildReplaced
from solebook.ports.language.search import SearchDocument, SearchQuery

from ...ports.shelf import Shelf, figures
from ...typesense_indexes import open_typesense_index
from ...typesense_server import TypesenseServer

VERSIONS = 6


async def test_no_older_version_replaces_a_later_one_and_nothing_removed_returns(
    typesense_server: TypesenseServer, ids: SeededIds
) -> None:
    random = Random(1)
    async with (
        open_typesense_index(typesense_server, "race") as one,
        open_typesense_index(typesense_server, "race") as other,
    ):
        shelf = Shelf(one, ids)
        first, gone = shelf.document("zebra"), shelf.document("dunk")

        async def write(index: TypesenseSearchIndex, document: SearchDocument) -> None:
            async with index.writing(document.product_id):
                await index.put(document)
                minutes = document.version
                await index.put_figures(
                    document.product_id, figures(minutes * 1_000, minutes=minutes)
                )

        writes = [
            write(index, replace(product, version=version))
            for version in range(1, VERSIONS + 1)
            for product in (first, gone)
            for index in (one, other)
        ]
        random.shuffle(writes)
        await asyncio.gather(*writes, one.remove(gone.product_id))
        [hit] = (await other.search(SearchQuery())).hits
        assert (hit.product_id, hit.lowest_ask) == (first.product_id, VERSIONS * 1_000)
        indexed = await one.documents([first.product_id, gone.product_id])
        assert {id_: d.version for id_, d in indexed.items()} == {first.product_id: VERSIONS}


async def test_a_rebuild_under_load_gives_no_wrong_answer_and_misses_no_change(
    typesense_server: TypesenseServer, ids: SeededIds
) -> None:
    async with (
        open_typesense_index(typesense_server, "load") as one,
        open_typesense_index(typesense_server, "load") as other,
    ):
        shelf = Shelf(one, ids)
        known = {d.product_id: d for d in [await shelf.add() for _ in range(20)]}
        is_over = False
        answers = 0

        async def search() -> None:
            nonlocal answers
            while not is_over:
                results = await one.search(SearchQuery("testbrnd"))
                assert results.total == results.facets.brands[0].count == len(known)
                answers += 1

        async def change() -> None:
            number = 0
            while not is_over:
                number += 1
                product = list(known.values())[number % len(known)]
                async with other.writing(product.product_id):
                    later = replace(product, version=product.version + 1)
                    known[product.product_id] = later
                    await other.put(later)
                    await other.put_figures(later.product_id, figures(number, minutes=number))

        async with asyncio.TaskGroup() as tasks:
            for _ in range(2):
                tasks.create_task(search())
            tasks.create_task(change())
            for _ in range(3):
                with suppress(RebuildReplaced):
                    async with one.rebuild() as rebuild:
                        for document in list(known.values()):  # as they are read from a store
                            await rebuild.put([(document, figures())])
            is_over = True
        assert answers
        assert await one.documents(known) == known


async def test_a_collection_of_an_earlier_form_serves_until_it_is_rebuilt(
    typesense_server: TypesenseServer, ids: SeededIds, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(collections, "FORM_OF_NAMES", "f1")
        async with open_typesense_index(typesense_server, "form") as index:
            await Shelf(index, ids).add("zebra")
            assert not await index.is_outdated()
    async with open_typesense_index(typesense_server, "form") as index:
        assert await index.is_outdated()
        assert (await index.search(SearchQuery("zebra"))).total == 1
        async with index.rebuild():
            pass
        assert not await index.is_outdated()
