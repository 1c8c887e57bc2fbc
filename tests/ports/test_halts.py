"""Contract of Halts."""

from dataclasses import replace

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import HaltId
from solebook.ports.language.market import Condition, Size
from solebook.ports.language.paging import PageRequest

from .records import Records
from .shard import Shard


@pytest.fixture
async def shard(store: Store, records: Records, clock: VirtualClock) -> Shard:
    return Shard(store, records, await store.books.take(0, clock.now()))


async def test_a_halt_is_found_whole_by_its_id(
    store: Store, records: Records, shard: Shard
) -> None:
    wide = records.halt(records.product_id())
    narrow = records.halt(
        wide.product_id,
        size=Size("10.5"),
        condition=Condition.DAMAGED_BOX,
        ended_at=records.instant,
    )
    await shard.commit(records.batch(halts={wide.id: wide, narrow.id: narrow}))
    assert await store.halts.get(wide.id) == wide
    assert await store.halts.get(narrow.id) == narrow
    with pytest.raises(NotFound):
        await store.halts.get(HaltId(records.ids.new()))


async def test_halts_are_paged_newest_first(store: Store, records: Records, shard: Shard) -> None:
    halts = [records.halt(records.product_id()) for _ in range(5)]
    halts[1] = replace(halts[1], ended_at=records.instant)
    await shard.commit(records.batch(halts={halt.id: halt for halt in halts}))
    first = await store.halts.page(PageRequest(limit=3))
    rest = await store.halts.page(PageRequest(limit=3, after=first.next_cursor))
    assert [*first.items, *rest.items] == halts[::-1]
    assert rest.next_cursor is None


@pytest.mark.parametrize("standing", [True, False])
async def test_only_those_that_stand_or_ended_are_listed(
    store: Store, records: Records, shard: Shard, standing: bool
) -> None:
    halts = [records.halt(records.product_id()) for _ in range(4)]
    ended = [replace(halt, ended_at=records.instant) for halt in halts[:2]]
    await shard.commit(records.batch(halts={halt.id: halt for halt in (*ended, *halts[2:])}))
    page = await store.halts.page(PageRequest(), standing=standing)
    assert list(page.items) == (halts[:1:-1] if standing else ended[::-1])
