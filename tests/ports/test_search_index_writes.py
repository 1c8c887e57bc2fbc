"""Contract of SearchIndex: late writes, and writes during a rebuild."""

import asyncio

import pytest

from solebook.ports.language.errors import RebuildReplaced
from solebook.ports.language.search import SearchDocument, SearchQuery

from .shelf import NAMES, Shelf, figures

# ---- late writes ---------------------------------------------------------------------------------


async def test_a_later_version_replaces_and_an_earlier_one_changes_nothing(shelf: Shelf) -> None:
    first = await shelf.add("zebra", lowest_ask=30_000, sales=3)
    fields = {name: getattr(first, name) for name in first.__slots__}
    third = SearchDocument(**(fields | {"version": 3, "colorway": "Semi Frozen", "brand": "Yeezy"}))
    await shelf.index.put(third)
    for late in (first, SearchDocument(**(fields | {"version": 2, "colorway": "Beluga"})), third):
        await shelf.index.put(late)
    assert await shelf.found("frozen") == ["zebra"]
    assert await shelf.found("zebra") == []
    assert await shelf.found("zerba") == []
    assert await shelf.found("beluga") == []
    [hit] = (await shelf.index.search(SearchQuery())).hits
    assert (hit.brand, hit.lowest_ask, hit.sales) == ("Yeezy", 30_000, 3)


async def test_late_figures_change_nothing(shelf: Shelf) -> None:
    product_id = (await shelf.add("dunk")).product_id
    await shelf.index.put_figures(product_id, figures(20_000, 8, minutes=5))
    await shelf.index.put_figures(product_id, figures(90_000, 1, minutes=4))
    [hit] = (await shelf.index.search(SearchQuery())).hits
    assert (hit.lowest_ask, hit.sales) == (20_000, 8)
    await shelf.index.put_figures(product_id, figures(None, 9, minutes=5))
    [hit] = (await shelf.index.search(SearchQuery())).hits
    assert (hit.lowest_ask, hit.sales) == (None, 9)


async def test_figures_of_an_unknown_product_are_not_kept(shelf: Shelf) -> None:
    document = shelf.document("dunk")
    await shelf.index.put_figures(document.product_id, figures(20_000, 8))
    assert await shelf.found() == []
    await shelf.index.put(document)
    [hit] = (await shelf.index.search(SearchQuery())).hits
    assert (hit.lowest_ask, hit.sales) == (None, 0)


async def test_a_removed_product_does_not_come_back(shelf: Shelf) -> None:
    document = await shelf.add("dunk")
    await shelf.add("zebra")
    await shelf.index.remove(document.product_id)
    await shelf.index.remove(document.product_id)
    await shelf.index.put(document)
    async with shelf.index.rebuild() as rebuild:
        await rebuild.put([(document, figures())])
    assert await shelf.found("dunk") == []
    assert await shelf.suggested("dunk") == []
    assert await shelf.found() == []


async def test_figures_are_known_by_their_instant(shelf: Shelf) -> None:
    document = shelf.document("dunk")
    assert await shelf.index.figures_as_of(document.product_id) is None
    await shelf.index.put(document)
    assert await shelf.index.figures_as_of(document.product_id) is None
    for minutes in (5, 4):
        await shelf.index.put_figures(document.product_id, figures(20_000, minutes=minutes))
        as_of = await shelf.index.figures_as_of(document.product_id)
        assert as_of == figures(minutes=5).as_of


# ---- turns ---------------------------------------------------------------------------------------


async def test_writers_of_a_product_take_turns_first_in_first_out(shelf: Shelf) -> None:
    product_id = shelf.document("dunk").product_id
    done: list[int] = []

    async def write(number: int) -> None:
        async with shelf.index.writing(product_id):
            before = len(done)
            await asyncio.sleep(0)
            assert len(done) == before
            done.append(number)

    await asyncio.gather(*(asyncio.create_task(write(number)) for number in range(5)))
    assert done == [0, 1, 2, 3, 4]


async def test_writers_of_different_products_do_not_wait(shelf: Shelf) -> None:
    one, other = shelf.document("dunk").product_id, shelf.document("zebra").product_id
    async with shelf.index.writing(one), shelf.index.writing(other):
        pass


async def test_turn_ends_after_a_failure_or_cancellation(shelf: Shelf) -> None:
    product_id = shelf.document("dunk").product_id

    async def wait_for_ever() -> None:
        async with shelf.index.writing(product_id):
            await asyncio.Event().wait()

    async def fail() -> None:
        async with shelf.index.writing(product_id):
            waiting = asyncio.create_task(wait_for_ever())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait({waiting})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with asyncio.timeout(60), shelf.index.writing(product_id):
        pass


# ---- rebuilding ------------------------------------------------------------------------------


async def test_old_index_serves_until_the_new_one_is_complete(full: Shelf) -> None:
    new = full.document(model="Rebuilt", style_code="NEW")
    async with full.index.rebuild() as rebuild:
        assert len(await full.found()) == len(NAMES)
        await rebuild.put([(new, figures(15_000, 2))])
        assert len(await full.found()) == len(NAMES)
        assert await full.found("rebuilt") == []
    assert await full.found() == ["NEW"]
    assert await full.found("zebra") == []
    assert await full.found("zerba") == []
    [hit] = (await full.index.search(SearchQuery("rebuild"))).hits or [None]
    assert hit is not None
    assert (hit.lowest_ask, hit.sales) == (15_000, 2)


async def test_what_is_written_during_a_rebuild_is_not_lost(shelf: Shelf) -> None:
    changed, removed = await shelf.add("zebra"), await shelf.add("pirate")
    fields = {name: getattr(changed, name) for name in changed.__slots__}
    later = SearchDocument(**(fields | {"version": 2, "colorway": "Beluga"}))
    priced = await shelf.add("chicago", lowest_ask=10_000)
    known_late = shelf.document("990")
    async with shelf.index.rebuild() as rebuild:
        await shelf.index.put(later)
        await shelf.index.put(known_late)
        await shelf.index.put_figures(known_late.product_id, figures(33_000, minutes=1))
        await shelf.index.remove(removed.product_id)
        await shelf.index.put_figures(priced.product_id, figures(55_000, minutes=1))
        read_before = [changed, removed, priced]
        await rebuild.put([(document, figures(44_000)) for document in read_before])
        await rebuild.put([(known_late, figures(44_000))])
        dunk = await shelf.add("dunk")
        await shelf.index.put_figures(dunk.product_id, figures(77_000, minutes=1))
        assert set(await shelf.found()) == {"zebra", "chicago", "990", "dunk"}
    results = await shelf.index.search(SearchQuery())
    prices = {shelf.known[hit.product_id]: hit.lowest_ask for hit in results.hits}
    assert prices == {"zebra": 44_000, "chicago": 55_000, "990": 33_000, "dunk": 77_000}
    assert await shelf.found("beluga") == ["zebra"]


async def test_a_rebuild_that_fails_changes_nothing(full: Shelf) -> None:
    async def fail() -> None:
        async with full.index.rebuild() as rebuild:
            await rebuild.put([(full.document(), figures())])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert len(await full.found()) == len(NAMES)
    await full.add(style_code="AFTER")
    async with full.index.rebuild() as rebuild:
        await rebuild.put([(full.document(style_code="AGAIN"), figures())])
    assert await full.found() == ["AGAIN"]


async def test_the_later_of_two_rebuilds_replaces_the_earlier(full: Shelf) -> None:
    earlier, later = full.index.rebuild(), full.index.rebuild()
    one = await earlier.__aenter__()
    await one.put([(full.document(style_code="EARLIER"), figures())])
    other = await later.__aenter__()
    with pytest.raises(RebuildReplaced):
        await one.put([(full.document(), figures())])
    await other.put([(full.document(style_code="LATER"), figures())])
    with pytest.raises(RebuildReplaced):
        await earlier.__aexit__(None, None, None)
    assert len(await full.found()) == len(NAMES)
    await later.__aexit__(None, None, None)
    assert await full.found() == ["LATER"]


async def test_an_earlier_rebuild_that_ends_last_changes_nothing(full: Shelf) -> None:
    earlier, later = full.index.rebuild(), full.index.rebuild()
    await earlier.__aenter__()
    other = await later.__aenter__()
    await other.put([(full.document(style_code="LATER"), figures())])
    await later.__aexit__(None, None, None)
    with pytest.raises(RebuildReplaced):
        await earlier.__aexit__(None, None, None)
    assert await full.found() == ["LATER"]


async def test_documents_are_those_of_the_indexed_products(shelf: Shelf) -> None:
    dunk, zebra = await shelf.add("dunk"), shelf.document("zebra")
    assert await shelf.index.documents([dunk.product_id, zebra.product_id]) == {
        dunk.product_id: dunk
    }
    assert await shelf.index.documents([]) == {}


async def test_a_new_index_is_not_outdated_and_neither_is_a_rebuilt_one(full: Shelf) -> None:
    assert not await full.index.is_outdated()
    async with full.index.rebuild():
        assert not await full.index.is_outdated()
    assert not await full.index.is_outdated()
