"""Contract of Orders."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound, Outdated
from solebook.ports.language.market import Condition, Side
from solebook.ports.language.orders import (
    CancelReason,
    DeliveryProof,
    FreezeReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    Shipment,
    StockStatus,
)
from solebook.ports.language.steps import (
    AuthFailed,
    AuthPassed,
    Cancelled,
    Confirmed,
    Delivered,
    MatchCreated,
    OrderStep,
    PaymentRefunded,
    PayoutFrozen,
    PayoutPaid,
    PayoutRefused,
    PayoutReleased,
    PutOff,
    Received,
    RecordedStep,
    Returned,
    SellerShipped,
    ShipByExtended,
    Shipped,
    StockReserved,
)

from .pages import all_pages
from .records import FEES, Records
from .shard import Shard


async def pending(shard: Shard, records: Records) -> Order:
    return (await shard.trade(records.book())).order


def grown(order: Order, *events: OrderStep, **fields: object) -> tuple[Order, list[RecordedStep]]:
    """Return an order after some steps, and those steps."""
    recorded = [
        RecordedStep(order.id, order.version + n, order.updated_at + timedelta(minutes=n), event)
        for n, event in enumerate(events, start=1)
    ]
    version, updated_at = order.version + len(events), recorded[-1].at
    return replace(order, version=version, updated_at=updated_at, **fields), recorded  # type: ignore[arg-type]  # any field


async def save(store: Store, order: Order, events: Sequence[RecordedStep]) -> None:
    async with store.transaction():
        await store.orders.save(order, events)


async def test_an_opened_order_is_read_back_whole(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book(size="10.5", condition=Condition.USED)
    order = (await shard.trade(book, price=12_345)).order
    assert await store.orders.get(order.id) == order
    assert order.book == book


async def test_a_saved_order_keeps_every_field(
    store: Store, records: Records, shard: Shard
) -> None:
    order = await pending(shard, records)
    saved, events = grown(
        order,
        StockReserved(),
        status=OrderStatus.AUTH_FAILED,
        payment_status=PaymentStatus.REFUND_DUE,
        stock_status=StockStatus.REMOVED,
        payout_status=PayoutStatus.FAILED,
        return_status=ReturnStatus.DUE,
        ship_by=records.instant,
        ship_by_extended=True,
        inbound=Shipment("UPS", "1Z999"),
        outbound=Shipment("FedEx", "7777 ü"),
        delivered_at=records.instant,
        held_since=records.instant,
        cancel_reason=CancelReason.ADMIN_CANCELLED,
        note="left shoe is a size 8",
    )
    await save(store, saved, events)
    assert await store.orders.get(order.id) == saved


async def test_an_order_saved_with_what_it_was_before_is_read_back_whole(
    store: Store, records: Records, shard: Shard
) -> None:
    before = order = await pending(shard, records)
    changes: list[dict[str, object]] = [
        {"stock_status": StockStatus.RESERVED},
        {"status": OrderStatus.CONFIRMED, "ship_by": records.instant},
        {"inbound": Shipment("UPS", "1Z999"), "freezes": frozenset({FreezeReason.ADMIN})},
        {"freezes": frozenset(), "ship_by": None, "inbound": None},
        {},
    ]
    for fields in changes:
        before = order
        order, events = grown(before, StockReserved(), **fields)
        async with store.transaction():
            await store.orders.save(order, events, before=before)
        assert await store.orders.get(order.id) == order
    assert len(await store.orders.history(order.id)) == order.version
    late, events = grown(before, StockReserved(), note="late")
    with pytest.raises((Outdated, AssertionError)):  # this transaction has not read `before`
        async with store.transaction():
            await store.orders.save(late, events, before=before)
    assert await store.orders.get(order.id) == order


async def test_every_kind_of_step_is_read_back_in_order(
    store: Store, records: Records, shard: Shard
) -> None:
    opened = await shard.trade(records.book())
    by = records.user_id()
    shipment = Shipment("UPS", "1Z999")
    saved, events = grown(
        opened.order,
        StockReserved(),
        Confirmed(21_400, ship_by=records.instant),
        ShipByExtended(ship_by=records.instant),
        PutOff(records.instant, records.instant, ship_by=records.instant),
        PutOff(records.instant, records.instant, held_since=records.instant),
        SellerShipped(shipment),
        Received(by),
        AuthPassed(by),
        AuthFailed(by, "glue"),
        Shipped(shipment),
        Returned(shipment),
        Delivered(DeliveryProof.CARRIER),
        Cancelled(CancelReason.SELLER_CANCELLED, note="sold elsewhere", by=by),
        Cancelled(CancelReason.PAYMENT_OVERDUE),
        PaymentRefunded(21_400),
        PayoutPaid(17_000, debt_settled=600),
        PayoutRefused("account closed"),
    )
    await save(store, saved, events)
    history = list(await store.orders.history(saved.id))
    assert history == [*opened.history, *events]
    assert isinstance(history[0].step, MatchCreated)
    assert history[0].step.match == await store.quotes.match(saved.id)
    assert history[0].step.fees == FEES


async def test_a_history_grows_save_by_save(store: Store, records: Records, shard: Shard) -> None:
    opened = await shard.trade(records.book())
    once, first = grown(opened.order, StockReserved(), Confirmed(21_400, ship_by=records.instant))
    await save(store, once, first)
    twice, second = grown(once, SellerShipped(Shipment("UPS", "1Z999")))
    await save(store, twice, second)
    assert await store.orders.get(twice.id) == twice
    history = list(await store.orders.history(twice.id))
    assert history == [*opened.history, *first, *second]
    assert [event.number for event in history] == [1, 2, 3, 4]


async def test_save_that_misses_a_step_is_outdated(
    store: Store, records: Records, shard: Shard
) -> None:
    order = await pending(shard, records)
    current, events = grown(order, StockReserved())
    await save(store, current, events)
    before = list(await store.orders.history(order.id))
    late, late_events = grown(order, PaymentRefunded(1), note="late")
    with pytest.raises(Outdated) as refused:
        await save(store, late, late_events)
    assert refused.value.id == order.id
    assert await store.orders.get(order.id) == current
    assert list(await store.orders.history(order.id)) == before


async def test_one_of_two_concurrent_saves_is_outdated_and_adds_no_step(
    store: Store, records: Records, shard: Shard
) -> None:
    order = await pending(shard, records)
    changes = [grown(order, PaymentRefunded(amount)) for amount in (1, 2)]
    outcomes = await asyncio.gather(
        *(save(store, changed, events) for changed, events in changes), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Outdated"]
    assert [event.number for event in await store.orders.history(order.id)] == [1, 2]


async def test_changes_to_an_order_read_in_the_transaction_are_never_outdated(
    store: Store, records: Records, shard: Shard
) -> None:
    order = await pending(shard, records)

    async def append() -> None:
        async with store.transaction():
            read = await store.orders.get(order.id)
            await asyncio.sleep(0)
            await store.orders.save(*grown(read, PaymentRefunded(1)))

    await asyncio.gather(*(append() for _ in range(5)))
    assert (await store.orders.get(order.id)).version == 6


async def test_an_unknown_order_is_not_found(store: Store, records: Records, shard: Shard) -> None:
    unknown = replace(await pending(shard, records), id=records.order_id())
    with pytest.raises(NotFound) as refused:
        await store.orders.get(unknown.id)
    assert refused.value.id == unknown.id
    with pytest.raises(NotFound):
        await store.orders.look_up([unknown.id])
    with pytest.raises(NotFound):
        await store.orders.history(unknown.id)
    with pytest.raises(NotFound):
        await save(store, *grown(unknown, StockReserved()))


async def test_orders_are_looked_up_together_and_each_must_exist(
    store: Store, records: Records, shard: Shard
) -> None:
    one, two, _ = [await pending(shard, records) for _ in range(3)]
    assert await store.orders.look_up({one.id, two.id}) == {one.id: one, two.id: two}
    unknown = records.order_id()
    with pytest.raises(NotFound) as refused:
        await store.orders.look_up([one.id, unknown])
    assert refused.value.id == unknown


async def test_histories_are_read_together_and_each_must_exist(
    store: Store, records: Records, shard: Shard
) -> None:
    one, two, _ = [await pending(shard, records) for _ in range(3)]
    async with store.transaction():
        await save(store, *grown(one, StockReserved()))
    found = await store.orders.histories([two.id, one.id])
    assert {order_id: [step.number for step in steps] for order_id, steps in found.items()} == {
        one.id: [1, 2],
        two.id: [1],
    }
    assert list(found[one.id]) == list(await store.orders.history(one.id))
    unknown = records.order_id()
    with pytest.raises(NotFound) as refused:
        await store.orders.histories([one.id, unknown])
    assert refused.value.id == unknown


async def test_a_users_orders_are_paged_by_side(
    store: Store, records: Records, shard: Shard
) -> None:
    user_id = records.user_id()
    bought = [(await shard.trade(records.book(), buyer_id=user_id)).order for _ in range(3)]
    sold = [(await shard.trade(records.book(), seller_id=user_id)).order for _ in range(3)]
    await pending(shard, records)

    for side, expected in ((Side.BID, bought), (Side.ASK, sold), (None, bought + sold)):
        found = await all_pages(
            lambda request, side=side: store.orders.of_user(user_id, request, side)  # type: ignore[misc]  # bound now
        )
        assert found == expected[::-1]


async def test_a_users_orders_are_paged_by_status(
    store: Store, records: Records, shard: Shard
) -> None:
    user_id = records.user_id()
    orders = [(await shard.trade(records.book(), buyer_id=user_id)).order for _ in range(5)]
    cancelled = []
    for order in orders[1::2]:
        event = Cancelled(CancelReason.PAYMENT_OVERDUE)
        changed, events = grown(order, event, status=OrderStatus.CANCELLED)
        await save(store, changed, events)
        cancelled.append(changed)

    for side in (Side.BID, None):
        for status, expected in (
            (OrderStatus.PENDING, orders[::2]),
            (OrderStatus.CANCELLED, cancelled),
            (OrderStatus.DELIVERED, []),
        ):
            found = await all_pages(
                lambda request, side=side, status=status: store.orders.of_user(  # type: ignore[misc]  # bound now
                    user_id, request, side, status
                ),
                limit=1,
            )
            assert found == expected[::-1]
    assert await all_pages(lambda request: store.orders.of_user(user_id, request, Side.ASK)) == []


async def test_everybodys_orders_are_paged(store: Store, records: Records, shard: Shard) -> None:
    orders = [await pending(shard, records) for _ in range(5)]
    confirmed, events = grown(
        orders[2], Confirmed(21_400, ship_by=records.instant), status=OrderStatus.CONFIRMED
    )
    await save(store, confirmed, events)
    everything = [*orders[:2], confirmed, *orders[3:]]
    assert await all_pages(store.orders.all) == everything[::-1]
    assert await all_pages(lambda r: store.orders.all(r, OrderStatus.CONFIRMED)) == [confirmed]
    assert await all_pages(lambda r: store.orders.all(r, OrderStatus.DELIVERED)) == []
    still = [*orders[:2], *orders[3:]]
    assert await all_pages(lambda r: store.orders.all(r, OrderStatus.PENDING)) == still[::-1]


async def test_orders_are_found_by_the_start_of_their_hold(
    store: Store, records: Records, shard: Shard
) -> None:
    at = records.instant
    orders = [await pending(shard, records) for _ in range(4)]
    for number, since in enumerate((at - timedelta(days=1), at, at + timedelta(microseconds=1))):
        orders[number], events = grown(orders[number], StockReserved(), held_since=since)
        await save(store, orders[number], events)
    assert list(await store.orders.held_since(at)) == [orders[2]]
    found = await store.orders.held_since(at - timedelta(days=2))
    assert sorted(found, key=lambda order: order.id) == orders[:3]


async def test_orders_whose_payouts_are_frozen_are_paged(
    store: Store, records: Records, shard: Shard
) -> None:
    frozen = [await pending(shard, records) for _ in range(4)]
    for number, order in enumerate(frozen):
        frozen[number], events = grown(
            order, PayoutFrozen(FreezeReason.ADMIN, "odd"), freezes=frozenset({FreezeReason.ADMIN})
        )
        await save(store, frozen[number], events)
    assert await all_pages(store.orders.frozen) == frozen[::-1]
    release = PayoutReleased(FreezeReason.ADMIN, "explained", records.user_id())
    released, events = grown(frozen[1], release, freezes=frozenset())
    await save(store, released, events)
    assert await all_pages(store.orders.frozen) == [frozen[3], frozen[2], frozen[0]]


async def test_a_frozen_order_is_listed_while_there_is_something_to_pay(
    store: Store, records: Records, shard: Shard
) -> None:
    listed: list[Order] = []
    for status in (OrderStatus.CONFIRMED, OrderStatus.DELIVERED, OrderStatus.CANCELLED):
        for payout_status in PayoutStatus:
            order, events = grown(
                await pending(shard, records),
                PayoutFrozen(FreezeReason.ADMIN, "odd"),
                freezes=frozenset({FreezeReason.ADMIN}),
                status=status,
                payout_status=payout_status,
            )
            await save(store, order, events)
            if order.waits_for_release:
                listed.append(order)
    assert await all_pages(store.orders.frozen) == listed[::-1]
    assert len(listed) == 8  # not paid or cancelled payouts, nor a cancelled order without one


async def test_orders_are_counted_by_the_states_that_any_is_in(
    store: Store, records: Records, shard: Shard
) -> None:
    assert await store.orders.count_by_status() == {}
    orders = [await pending(shard, records) for _ in range(3)]
    assert await store.orders.count_by_status() == {OrderStatus.PENDING: 3}
    for order in orders[:2]:
        event = Confirmed(21_400, ship_by=records.instant)
        await save(store, *grown(order, event, status=OrderStatus.CONFIRMED))
    assert await store.orders.count_by_status() == {
        OrderStatus.PENDING: 1,
        OrderStatus.CONFIRMED: 2,
    }
    event = Confirmed(21_400, ship_by=records.instant)
    await save(store, *grown(orders[2], event, status=OrderStatus.CONFIRMED))
    assert await store.orders.count_by_status() == {OrderStatus.CONFIRMED: 3}
