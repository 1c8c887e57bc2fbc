"""The tape after paid, cancelled and failed orders, with events in any sequence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.analytics.record_sale import RecordSale
from solebook.core.analytics.void_sale import VoidSale
from solebook.ports.language.analytics import Sale
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import OrderAuthFailed, OrderCancelled, OrderConfirmed
from solebook.ports.language.ids import OrderId, ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.orders import CancelReason
from solebook.ports.language.paging import PageRequest
from solebook.ports.transaction import Transaction


@pytest.fixture
def paid(clock: VirtualClock, ids: SeededIds) -> OrderConfirmed:
    return OrderConfirmed(
        order_id=OrderId(ids.new()),
        buyer_id=UserId(ids.new()),
        seller_id=UserId(ids.new()),
        book=BookKey(ProductId(ids.new()), Size("9")),
        price=20_000,
        matched_at=clock.now() - timedelta(minutes=3),
        ship_by=clock.now() + timedelta(days=2),
    )


def ends(paid: OrderConfirmed) -> dict[str, OrderCancelled | OrderAuthFailed]:
    """Return two events that void the sale of a paid order."""
    return {
        "cancelled": OrderCancelled(
            order_id=paid.order_id,
            bid_id=QuoteId(paid.order_id),
            ask_id=QuoteId(paid.order_id),
            buyer_id=paid.buyer_id,
            seller_id=paid.seller_id,
            book=paid.book,
            price=paid.price,
            reason=CancelReason.SHIPMENT_OVERDUE,
            note=None,
        ),
        "auth_failed": OrderAuthFailed(
            order_id=paid.order_id,
            buyer_id=paid.buyer_id,
            seller_id=paid.seller_id,
            price=paid.price,
            reason="not authentic",
        ),
    }


async def sales(store: Store, paid: OrderConfirmed) -> list[Sale]:
    return list((await store.tape.sales(paid.book.product_id, PageRequest())).items)


async def test_paid_order_is_recorded_with_price_and_time_of_its_match(
    store: Store, paid: OrderConfirmed
) -> None:
    record_sale = RecordSale(store.transaction, store.tape)

    await record_sale(paid)
    await record_sale(paid)

    assert await sales(store, paid) == [
        Sale(paid.order_id, paid.book, paid.price, sold_at=paid.matched_at)
    ]


@pytest.mark.parametrize("end", ["cancelled", "auth_failed"])
@pytest.mark.parametrize("messages", ["paid end", "end paid", "paid end paid", "end paid end"])
async def test_failed_order_is_off_the_tape(
    store: Store, paid: OrderConfirmed, end: str, messages: str
) -> None:
    steps: dict[str, tuple[Any, Any]] = {
        "paid": (RecordSale(store.transaction, store.tape), paid),
        "end": (VoidSale(store.transaction, store.tape), ends(paid)[end]),
    }

    for message in messages.split():
        use_case, event = steps[message]
        await use_case(event)

    assert await sales(store, paid) == []


async def test_voiding_one_sale_leaves_the_others(
    store: Store, paid: OrderConfirmed, ids: SeededIds
) -> None:
    record_sale = RecordSale(store.transaction, store.tape)
    other = replace(paid, order_id=OrderId(ids.new()), price=21_000)
    await record_sale(other)
    await record_sale(paid)

    await VoidSale(store.transaction, store.tape)(ends(paid)["cancelled"])

    (summary,) = await store.tape.summaries(paid.book.product_id)
    assert (summary.sales, summary.total, summary.last.price) == (1, 21_000, 21_000)


async def test_sales_at_the_same_time_share_a_transaction(
    store: Store, paid: OrderConfirmed, ids: SeededIds
) -> None:
    begun = 0

    @asynccontextmanager
    async def counted() -> AsyncIterator[None]:
        nonlocal begun
        begun += 1
        async with store.transaction():
            yield

    record_sale = RecordSale(cast(Transaction, counted), store.tape)
    others = [replace(paid, order_id=OrderId(ids.new())) for _ in range(4)]
    await asyncio.gather(*map(record_sale, [paid, *others, paid]))
    assert begun == 1
    assert {sale.order_id for sale in await sales(store, paid)} == {
        one.order_id for one in [paid, *others]
    }
    await record_sale(paid)
    assert begun == 2


async def test_sale_is_recorded_although_one_at_the_same_time_is_cancelled(
    store: Store, paid: OrderConfirmed, ids: SeededIds
) -> None:
    record_sale = RecordSale(store.transaction, store.tape)
    first = asyncio.create_task(record_sale(replace(paid, order_id=OrderId(ids.new()))))
    second = asyncio.create_task(record_sale(paid))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert paid.order_id in {sale.order_id for sale in await sales(store, paid)}
    assert first.cancelled()


async def test_failure_of_a_shared_transaction_reaches_each_sale_and_can_be_retried(
    store: Store, paid: OrderConfirmed, ids: SeededIds
) -> None:
    is_away = True

    @asynccontextmanager
    async def at_times() -> AsyncIterator[None]:
        async with store.transaction():
            yield
            if is_away:
                raise Unavailable(what="the store")

    record_sale = RecordSale(cast(Transaction, at_times), store.tape)
    events = [replace(paid, order_id=OrderId(ids.new())), paid]
    failed = await asyncio.gather(*map(record_sale, events), return_exceptions=True)
    assert [type(error) for error in failed] == [Unavailable, Unavailable]
    assert await sales(store, paid) == []
    is_away = False
    await asyncio.gather(*map(record_sale, events))
    assert len(await sales(store, paid)) == 2
