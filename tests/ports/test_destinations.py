"""Contract of Destinations."""

from solebook.composition.adapters import Store

from .records import Records
from .shard import Shard


async def test_destination_is_stored_with_its_order(
    store: Store, records: Records, shard: Shard
) -> None:
    one, other = await shard.trade(records.book()), await shard.trade(records.book())
    assert one.destination is not None
    assert await store.destinations.find(one.order.id) == one.destination
    assert await store.destinations.find(other.order.id) == other.destination
    assert await store.destinations.find(records.order_id()) is None


async def test_destinations_are_found_together(
    store: Store, records: Records, shard: Shard
) -> None:
    one, two, _ = [await shard.trade(records.book()) for _ in range(3)]
    found = await store.destinations.of([one.order.id, two.order.id, records.order_id()])
    assert found == {one.order.id: one.destination, two.order.id: two.destination}


async def test_a_destination_is_erased_and_the_order_and_its_history_stay(
    store: Store, records: Records, shard: Shard
) -> None:
    erased, kept = await shard.trade(records.book()), await shard.trade(records.book())
    for _ in range(2):
        async with store.transaction():
            await store.destinations.erase(erased.order.id)
    assert await store.destinations.find(erased.order.id) is None
    assert await store.orders.get(erased.order.id) == erased.order
    assert list(await store.orders.history(erased.order.id)) == list(erased.history)
    assert await store.destinations.find(kept.order.id) == kept.destination


async def test_orders_with_a_destination_are_paged_oldest_first(
    store: Store, records: Records, shard: Shard
) -> None:
    one, two, three = [(await shard.trade(records.book())).order.id for _ in range(3)]
    async with store.transaction():
        await store.destinations.erase(two)
    assert await store.destinations.kept(None, 1) == [one]
    assert await store.destinations.kept(one, 5) == [three]
    assert await store.destinations.kept(three, 5) == []


async def test_what_is_erased_in_a_block_that_fails_is_still_there(
    store: Store, records: Records, shard: Shard
) -> None:
    opened = await shard.trade(records.book())
    try:
        async with store.transaction():
            await store.destinations.erase(opened.order.id)
            raise LookupError
    except LookupError:
        pass
    assert await store.destinations.find(opened.order.id) == opened.destination
