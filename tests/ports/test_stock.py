"""Contract of Stock."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solebook.composition.adapters import Store
from solebook.ports.language.catalog import Reservation, ReservationStatus, StockLevel
from solebook.ports.language.errors import AlreadyReserved
from solebook.ports.language.ids import OrderId, QuoteId
from solebook.ports.language.market import Condition, QuoteStatus, Size

from .records import Records
from .shard import Shard

ENDED = [ReservationStatus.CONSUMED, ReservationStatus.RELEASED, ReservationStatus.REMOVED]


async def reserve(store: Store, reservation: Reservation) -> Reservation:
    async with store.transaction():
        return await store.stock.reserve(reservation)


async def settle(store: Store, order_id: OrderId, status: ReservationStatus) -> None:
    async with store.transaction():
        await store.stock.settle(order_id, status)


# ---- levels --------------------------------------------------------------------------------------


async def test_every_active_ask_is_one_available_unit(
    store: Store, records: Records, shard: Shard
) -> None:
    product_id = records.product_id()
    nine, ten = records.book(product_id, "9"), records.book(product_id, "10")
    used_nine = records.book(product_id, "9", condition=Condition.USED)
    gone = records.ask(nine)
    await shard.rest(
        records.ask(nine), records.ask(used_nine), records.ask(ten), gone,
        records.bid(ten), records.ask(records.book(size="9")),
        records.ask(ten, status=QuoteStatus.EXPIRED),
    )  # fmt: skip
    assert list(await store.stock.levels(product_id)) == [
        StockLevel(Size("10"), 1, 0),
        StockLevel(Size("9"), 3, 0),
    ]
    await shard.change(replace(gone, status=QuoteStatus.CANCELLED))
    assert list(await store.stock.levels(product_id)) == [
        StockLevel(Size("10"), 1, 0),
        StockLevel(Size("9"), 2, 0),
    ]


async def test_a_size_without_any_is_left_out(store: Store, records: Records, shard: Shard) -> None:
    ask = records.ask(records.book())
    await shard.rest(ask)
    await shard.change(replace(ask, status=QuoteStatus.CANCELLED))
    assert list(await store.stock.levels(ask.book.product_id)) == []
    assert list(await store.stock.levels(records.product_id())) == []


async def test_a_reserved_unit_is_counted_in_its_size_until_it_is_settled(
    store: Store, records: Records, shard: Shard
) -> None:
    product_id = records.product_id()
    resting = records.ask(records.book(product_id, "6Y"))
    await shard.rest(resting)
    sold = (await shard.trade(records.book(product_id, "6Y"))).order
    other = (await shard.trade(records.book(product_id, "11.5"))).order
    for order in (sold, other):
        await reserve(store, records.reservation(order.ask_id, order.book, order_id=order.id))
    assert list(await store.stock.levels(product_id)) == [
        StockLevel(Size("11.5"), 0, 1),
        StockLevel(Size("6Y"), 1, 1),
    ]
    await settle(store, other.id, ReservationStatus.REMOVED)
    assert list(await store.stock.levels(product_id)) == [StockLevel(Size("6Y"), 1, 1)]
    await settle(store, sold.id, ReservationStatus.CONSUMED)
    assert list(await store.stock.levels(product_id)) == [StockLevel(Size("6Y"), 1, 0)]


# ---- reserve, find, settle -----------------------------------------------------------------------


async def test_a_reservation_is_stored_and_found_by_its_order(
    store: Store, records: Records
) -> None:
    reservation = records.reservation(records.quote_id(), records.book())
    assert await reserve(store, reservation) == reservation
    assert await store.stock.find(reservation.order_id) == reservation
    assert await store.stock.find(records.order_id()) is None


async def test_reserving_again_for_an_order_returns_what_it_has(
    store: Store, records: Records
) -> None:
    first = records.reservation(records.quote_id(), records.book())
    await reserve(store, first)
    again = records.reservation(records.quote_id(), records.book(), order_id=first.order_id)
    assert await reserve(store, again) == first
    await settle(store, first.order_id, ReservationStatus.RELEASED)
    released = replace(first, status=ReservationStatus.RELEASED)
    assert await reserve(store, again) == released
    assert await store.stock.find(first.order_id) == released


@pytest.mark.parametrize("status", [None, ReservationStatus.CONSUMED])
async def test_a_unit_is_not_reserved_for_two_orders(
    store: Store, records: Records, status: ReservationStatus | None
) -> None:
    first = records.reservation(records.quote_id(), records.book())
    await reserve(store, first)
    if status is not None:
        await settle(store, first.order_id, status)
    second = replace(first, order_id=records.order_id())
    with pytest.raises(AlreadyReserved) as refused:
        await reserve(store, second)
    assert refused.value.ask_id == first.ask_id
    assert await store.stock.find(second.order_id) is None


async def test_a_released_unit_can_be_reserved_for_another_order(
    store: Store, records: Records
) -> None:
    first = records.reservation(records.quote_id(), records.book())
    await reserve(store, first)
    await settle(store, first.order_id, ReservationStatus.RELEASED)
    second = replace(first, order_id=records.order_id())
    assert await reserve(store, second) == second
    third = replace(first, order_id=records.order_id())
    with pytest.raises(AlreadyReserved):
        await reserve(store, third)


@pytest.mark.parametrize("status", ENDED)
async def test_settling_ends_a_reservation_for_good(
    store: Store, records: Records, status: ReservationStatus
) -> None:
    reservation = records.reservation(records.quote_id(), records.book())
    await reserve(store, reservation)
    await settle(store, reservation.order_id, status)
    ended = replace(reservation, status=status)
    assert await store.stock.find(reservation.order_id) == ended
    for other in ENDED:
        await settle(store, reservation.order_id, other)
    assert await store.stock.find(reservation.order_id) == ended


async def test_settling_nothing_changes_nothing(store: Store, records: Records) -> None:
    order_id = records.order_id()
    await settle(store, order_id, ReservationStatus.RELEASED)
    assert await store.stock.find(order_id) is None


async def test_several_units_are_reserved_but_not_those_that_another_order_has(
    store: Store, records: Records
) -> None:
    book = records.book()
    known, free, taken = (records.reservation(records.quote_id(), book) for _ in range(3))
    await reserve(store, known)
    await reserve(store, replace(taken, order_id=records.order_id()))
    again = records.reservation(records.quote_id(), book, order_id=known.order_id)
    late = replace(free, order_id=records.order_id())
    async with store.transaction():
        made = await store.stock.reserve_all(again, free, taken)
        assert made == {known.order_id: known, free.order_id: free}
        assert await store.stock.reserve_all(late, free) == {free.order_id: free}
        assert await store.stock.reserve_all() == {}
    assert await store.stock.find(taken.order_id) is None
    assert await store.stock.find(free.order_id) == free


async def test_only_one_of_many_concurrent_reservations_of_a_unit_succeeds(
    store: Store, records: Records
) -> None:
    ask_id, book = records.quote_id(), records.book()
    attempts = [records.reservation(ask_id, book) for _ in range(5)]
    outcomes = await asyncio.gather(*(reserve(store, r) for r in attempts), return_exceptions=True)
    assert [type(o) for o in outcomes].count(AlreadyReserved) == 4
    assert list(await store.stock.levels(book.product_id)) == [StockLevel(Size("9"), 0, 1)]


# ---- no interleaving sells a unit twice ----------------------------------------------------------

UNITS, ORDERS = 2, 4

Step = tuple[str, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["reserve", *ENDED]),
        st.integers(0, ORDERS - 1),
        st.integers(0, UNITS - 1),
        st.integers(0, 2),
    ),
    max_size=6,
)


@given(programs=st.lists(steps, min_size=2, max_size=3))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_no_interleaving_reserves_a_unit_twice_or_goes_below_zero(
    store: Store, records: Records, shard: Shard, programs: list[list[Step]]
) -> None:
    book = records.book()
    units = [(await shard.trade(book)).order.ask_id for _ in range(UNITS)]
    orders = [records.order_id() for _ in range(ORDERS)]

    async def run(program: list[Step]) -> None:
        for action, order, unit, pause in program:
            try:
                async with store.transaction():
                    if action == "reserve":
                        wanted = records.reservation(units[unit], book, order_id=orders[order])
                        await store.stock.reserve(wanted)
                    else:
                        await store.stock.settle(orders[order], ReservationStatus(action))
                    for _ in range(pause):
                        await asyncio.sleep(0)
            except AlreadyReserved:
                pass
            await store.stock.levels(book.product_id)  # StockLevel refuses negative numbers

    async def check() -> None:
        levels = list(await store.stock.levels(book.product_id))
        found = [await store.stock.find(order) for order in orders]
        held: list[QuoteId] = []
        reserved = 0
        for reservation in filter(None, found):
            if reservation.status in (ReservationStatus.RESERVED, ReservationStatus.CONSUMED):
                held.append(reservation.ask_id)
            reserved += reservation.status is ReservationStatus.RESERVED
        assert len(held) == len(set(held)), found
        assert levels == ([StockLevel(book.size, 0, reserved)] if reserved else [])

    await asyncio.gather(*(run(program) for program in programs))
    await check()
