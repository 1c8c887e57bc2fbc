"""Violated invariants of a market are detected."""

from dataclasses import replace

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded
from solebook.entrypoints.simulation.invariants import (
    Invariants,
    check_invariants,
    is_crossed,
    sold_twice,
)
from solebook.ports.clock import Clock
from solebook.ports.ids import Ids
from solebook.ports.language.market import BookView, PriceLevel
from solebook.ports.language.orders import CancelReason, Order

from ...ports.records import Records

ALL_WELL = Invariants(True, True, True, True)


@pytest.fixture
def records(ids: Ids, clock: Clock) -> Records:
    return Records(ids, clock)


@pytest.fixture
def app(clock: VirtualClock) -> Application:
    return build_embedded(clock=clock)


def order(records: Records) -> Order:
    book = records.book()
    return records.opened(records.match(records.bid(book), records.ask(book))).order


async def test_invariants_of_an_empty_market_hold(app: Application, records: Records) -> None:
    assert await check_invariants(app, [records.book()]) == ALL_WELL


async def test_missing_money_is_detected(app: Application, records: Records) -> None:
    store = app.adapters.store
    async with store.transaction():
        await store.ledger.post(records.transfer(records.order_id()))

    found = await check_invariants(app, [])

    assert found == replace(ALL_WELL, money_is_all_there=False)
    assert not found.hold


async def test_crossed_book_is_detected(app: Application, records: Records) -> None:
    store, book = app.adapters.store, records.book()
    bid, ask = records.bid(book, amount=20_000), records.ask(book, amount=20_000)
    await store.books.commit(await store.books.take(0, records.instant), records.batch(bid, ask))

    assert await check_invariants(app, [book]) == replace(ALL_WELL, no_book_crossed=False)


async def test_dead_letter_is_detected(app: Application, records: Records) -> None:
    store = app.adapters.store
    async with store.transaction():
        await store.deliveries.put(records.delivery(dead=True))

    assert await check_invariants(app, []) == replace(ALL_WELL, nothing_given_up=False)


def test_pair_in_two_orders_is_sold_twice(records: Records) -> None:
    first = order(records)
    second = replace(order(records), ask_id=first.ask_id)

    assert sold_twice([first, second]) == {first.ask_id}
    cancelled = replace(first, cancel_reason=CancelReason.SELLER_CANCELLED)
    assert sold_twice([cancelled, second]) == {first.ask_id}


def test_pair_whose_ask_returned_is_sold_once(records: Records) -> None:
    first = replace(order(records), cancel_reason=CancelReason.PAYMENT_DECLINED)
    second = replace(order(records), ask_id=first.ask_id)

    assert sold_twice([first, second]) == set()


def test_bid_in_two_orders_is_detected(records: Records) -> None:
    first = replace(order(records), cancel_reason=CancelReason.PAYMENT_DECLINED)
    second = replace(order(records), bid_id=first.bid_id)

    assert sold_twice([first, second]) == {first.bid_id}


@pytest.mark.parametrize(
    ("bid", "ask", "crossed"),
    [(100, 101, False), (100, 100, True), (101, 100, True), (None, 100, False), (100, None, False)],
)
def test_view_is_crossed_if_a_bid_reaches_an_ask(
    records: Records, bid: int | None, ask: int | None, crossed: bool
) -> None:
    bids, asks = (() if price is None else (PriceLevel(price, 1),) for price in (bid, ask))

    assert is_crossed(BookView(records.book(), 1, bids, asks)) is crossed
