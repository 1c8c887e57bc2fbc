"""Defects that the in-memory orders detect at once."""

from dataclasses import replace

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.ids import Ids
from solebook.ports.language.batch import Batch, OpenedOrder
from solebook.ports.language.ids import OrderId, ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.orders import Fees, Order
from solebook.ports.language.steps import RecordedStep, StockReserved

from ...ports.records import payment_of


@pytest.fixture
def order(ids: Ids, clock: VirtualClock) -> Order:
    return Order(
        id=OrderId(ids.new()),
        bid_id=QuoteId(ids.new()),
        ask_id=QuoteId(ids.new()),
        buyer_id=UserId(ids.new()),
        seller_id=UserId(ids.new()),
        book=BookKey(ProductId(ids.new()), Size("9")),
        price=20_000,
        fees=Fees(1, 1_800, 600, 1_400),
        matched_at=clock.now(),
        updated_at=clock.now(),
        version=1,
    )


def recorded(order: Order, number: int) -> RecordedStep:
    return RecordedStep(order.id, number, order.updated_at, StockReserved())


async def open_order(store: Store, order: Order, *history: RecordedStep) -> None:
    ownership = await store.books.take(0, order.matched_at)
    opened = OpenedOrder(order, payment_of(order), history, deadlines=(), events=())
    await store.books.commit(ownership, Batch(sequence=1, opened=[opened]))


async def test_an_order_opens_with_as_many_events_as_its_version_says(
    store: Store, order: Order
) -> None:
    for history in ([], [recorded(order, 2)], [recorded(order, 1), recorded(order, 2)]):
        with pytest.raises(AssertionError):
            await open_order(store, order, *history)
    await open_order(store, order, recorded(order, 1))
    assert await store.orders.get(order.id) == order


async def test_events_are_saved_under_the_next_numbers_of_their_own_order(
    store: Store, order: Order, ids: Ids
) -> None:
    await open_order(store, order, recorded(order, 1))
    stranger = replace(order, id=OrderId(ids.new()))
    saved = replace(order, version=2)
    for event in (recorded(order, 1), recorded(order, 3), recorded(stranger, 2)):
        with pytest.raises(AssertionError):
            async with store.transaction():
                await store.orders.save(saved, [event])
    async with store.transaction():
        await store.orders.save(saved, [recorded(order, 2)])
    assert await store.orders.get(order.id) == saved
