"""The tape after paid, cancelled and failed orders, with events in any sequence."""

import asyncio
import gc
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
from solebook.ports.tape import Tape
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


class Watched:
    """Transactions of a store, counted. While it `fails`, they fail at their end."""

    def __init__(self, store: Store) -> None:
        self.begun = 0
        self.fails = False
        self._transaction = store.transaction

    @property
    def is_open(self) -> bool:
        return self._transaction.is_open

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        self.begun += 1
        async with self._transaction():
            yield
            if self.fails:
                raise Unavailable(what="the store")


@pytest.fixture
def watched(store: Store) -> Watched:
    return Watched(store)


@pytest.fixture
def record_sale(store: Store, watched: Watched) -> RecordSale:
    return RecordSale(cast(Transaction, watched), store.tape)


@pytest.fixture
def others(paid: OrderConfirmed, ids: SeededIds) -> list[OrderConfirmed]:
    return [replace(paid, order_id=OrderId(ids.new())) for _ in range(4)]


async def test_sales_at_the_same_time_share_a_transaction(
    store: Store,
    watched: Watched,
    record_sale: RecordSale,
    paid: OrderConfirmed,
    others: list[OrderConfirmed],
) -> None:
    await asyncio.gather(*map(record_sale, [paid, *others, paid]))
    assert watched.begun == 1
    recorded = [sale.order_id for sale in await sales(store, paid)]
    assert sorted(recorded) == sorted(one.order_id for one in [paid, *others])
    await record_sale(paid)
    assert watched.begun == 2


async def test_sale_that_is_recorded_inside_a_transaction_belongs_to_it(
    store: Store, watched: Watched, record_sale: RecordSale, paid: OrderConfirmed
) -> None:
    watched.fails = True
    with pytest.raises(Unavailable):
        async with watched():
            await record_sale(paid)
    assert await sales(store, paid) == []


async def test_sale_is_recorded_although_one_at_the_same_time_is_cancelled(
    store: Store, record_sale: RecordSale, paid: OrderConfirmed, others: list[OrderConfirmed]
) -> None:
    cancelled = asyncio.create_task(record_sale(others[0]))
    kept = asyncio.create_task(record_sale(paid))
    await asyncio.sleep(0)
    cancelled.cancel()
    await kept
    assert paid.order_id in {sale.order_id for sale in await sales(store, paid)}
    assert cancelled.cancelled()


async def test_failure_of_a_shared_transaction_reaches_each_sale_and_can_be_retried(
    store: Store,
    watched: Watched,
    record_sale: RecordSale,
    paid: OrderConfirmed,
    others: list[OrderConfirmed],
) -> None:
    watched.fails = True
    events = [paid, *others]
    failed = await asyncio.gather(*map(record_sale, events), return_exceptions=True)
    assert [type(error) for error in failed] == [Unavailable] * 5
    assert await sales(store, paid) == []
    watched.fails = False
    await asyncio.gather(*map(record_sale, events))
    assert len(await sales(store, paid)) == 5


async def test_failure_that_nobody_waits_for_any_more_is_not_reported_to_the_loop(
    watched: Watched, paid: OrderConfirmed
) -> None:
    reported: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    fails, failed = asyncio.Event(), asyncio.Event()

    class Failing:
        async def record(self, *_: Sale) -> None:
            await fails.wait()
            failed.set()
            raise Unavailable(what="the store")

    record_sale = RecordSale(cast(Transaction, watched), cast(Tape, Failing()))
    caller = asyncio.create_task(record_sale(paid))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    fails.set()
    await failed.wait()
    gc.collect()
    assert not reported
