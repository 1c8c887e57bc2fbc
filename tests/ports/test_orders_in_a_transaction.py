"""Contract of Orders: what one transaction does to an order more than once."""

import asyncio
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import StockStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.steps import PaymentRefunded, StockReserved

from .records import Records
from .shard import Shard
from .test_orders import grown, pending, save

if TYPE_CHECKING:
    from solebook.adapters.sql.engine.database import SqlDatabase

PATIENCE = 60.0
"""Seconds of real time after which something hangs."""


async def test_an_order_saved_twice_in_a_transaction_is_what_it_was_saved_as_last(
    store: Store, records: Records, shard: Shard
) -> None:
    orders = [await pending(shard, records) for _ in range(3)]
    async with store.transaction():
        for number, order in enumerate(orders):
            reserved, first = grown(order, StockReserved(), stock_status=StockStatus.RESERVED)
            await store.orders.save(reserved, first, before=order)
            assert await store.orders.get(order.id) == reserved
            last, second = grown(reserved, PaymentRefunded(1), note=f"{number}")
            await store.orders.save(last, second, before=reserved)
            assert (await store.orders.of_user(order.buyer_id, PageRequest())).items == (last,)
            orders[number] = last
    assert [await store.orders.get(order.id) for order in orders] == orders
    assert [len(await store.orders.history(order.id)) for order in orders] == [3, 3, 3]


async def test_orders_saved_without_reading_them_again_are_saved_in_sequence(
    store: Store, records: Records, shard: Shard
) -> None:
    order = await pending(shard, records)
    reserved, first = grown(order, StockReserved(), stock_status=StockStatus.RESERVED)
    last, second = grown(reserved, StockReserved(), stock_status=StockStatus.REMOVED)
    async with store.transaction():
        await store.orders.save(reserved, first, before=order)
        await store.orders.save(last, second, before=reserved)
    assert await store.orders.get(order.id) == last


async def test_orders_that_are_locked_together_are_changed_in_turn(
    store: Store, records: Records, shard: Shard
) -> None:
    one, other = [await pending(shard, records) for _ in range(2)]
    async with store.transaction():
        assert await store.orders.lock({one.id}) == {one.id: one}
        assert await store.orders.lock([other.id, one.id]) == {one.id: one, other.id: other}
        with pytest.raises(NotFound):
            await store.orders.lock([one.id, records.order_id()])

    async def change(*order_ids: OrderId) -> None:
        async with store.transaction():
            locked = await store.orders.lock(order_ids)
            await asyncio.sleep(0)
            for order in locked.values():
                changed, recorded = grown(order, PaymentRefunded(1))
                await store.orders.save(changed, recorded, before=order)

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(
            *(
                change(*order_ids)
                for _ in range(3)
                for order_ids in permutations((one.id, other.id))
            )
        )
    for order in (one, other):
        assert (await store.orders.get(order.id)).version == 7


async def test_who_looks_an_order_up_in_a_transaction_sees_its_changes(
    store: Store, records: Records, shard: Shard
) -> None:
    order = await pending(shard, records)
    assert await store.orders.look_up([order.id]) == {order.id: order}
    changed, recorded = grown(order, PaymentRefunded(1))
    async with store.transaction():
        await store.orders.save(changed, recorded)
        assert await store.orders.look_up([order.id]) == {order.id: changed}


async def test_an_order_that_somebody_has_looked_up_can_be_changed(
    postgres_database: "SqlDatabase", records: Records, clock: VirtualClock, ids: SeededIds
) -> None:
    from solebook.composition.sql_store import build_sql_store

    store = build_sql_store(postgres_database, clock=clock, ids=ids)
    shard = Shard(store, records, await store.books.take(0, clock.now()))
    order = await pending(shard, records)
    async with store.transaction():
        await store.orders.look_up([order.id])
        async with asyncio.timeout(PATIENCE):
            await asyncio.create_task(save(store, *grown(order, PaymentRefunded(1))))
    assert (await store.orders.get(order.id)).version == 2
