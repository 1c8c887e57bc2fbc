"""Stock reservations, with events of orders in any sequence."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.memory_store import build_memory_store
from solebook.core.catalog.consume_stock import ConsumeStock
from solebook.core.catalog.release_stock import ReleaseStock
from solebook.core.catalog.reserve_stock import ReserveStock
from solebook.ports.language.catalog import ReservationStatus, StockLevel
from solebook.ports.language.events import (
    Event,
    MatchCreated,
    OrderAuthFailed,
    OrderCancelled,
    OrderDelivered,
    StockRefused,
    StockReserved,
)
from solebook.ports.language.ids import OrderId, ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.orders import CancelReason

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Trade:
    """A match of an ask, and the events that may end its order."""

    order_id: OrderId
    bid_id: QuoteId
    ask_id: QuoteId
    buyer_id: UserId
    seller_id: UserId
    book: BookKey

    def match(self) -> MatchCreated:
        return MatchCreated(
            self.order_id,
            self.bid_id,
            self.ask_id,
            self.buyer_id,
            self.seller_id,
            self.book,
            20_000,
            NOW,
        )

    def cancelled(self, reason: CancelReason) -> OrderCancelled:
        return OrderCancelled(
            self.order_id,
            self.bid_id,
            self.ask_id,
            self.buyer_id,
            self.seller_id,
            self.book,
            20_000,
            reason,
            None,
        )

    def auth_failed(self) -> OrderAuthFailed:
        return OrderAuthFailed(self.order_id, self.buyer_id, self.seller_id, 20_000, "fake")

    def delivered(self) -> OrderDelivered:
        return OrderDelivered(self.order_id, self.buyer_id, self.seller_id, 20_000, NOW)


def trades_of_one_ask(ids: SeededIds, count: int) -> list[Trade]:
    book = BookKey(ProductId(ids.new()), Size("9"))
    ask_id, seller_id = QuoteId(ids.new()), UserId(ids.new())
    return [
        Trade(OrderId(ids.new()), QuoteId(ids.new()), ask_id, UserId(ids.new()), seller_id, book)
        for _ in range(count)
    ]


@pytest.fixture
def trade(ids: SeededIds) -> Trade:
    return trades_of_one_ask(ids, 1)[0]


async def status(store: Store, trade: Trade) -> ReservationStatus | None:
    reservation = await store.stock.find(trade.order_id)
    return None if reservation is None else reservation.status


async def told(store: Store) -> list[Event]:
    return [message.event for message in await store.outbox.unsent(100)]


# ---- reserving -------------------------------------------------------------------------------


async def test_match_reserves_the_unit_of_its_ask(
    store: Store, clock: VirtualClock, reserve_stock: ReserveStock, trade: Trade
) -> None:
    await reserve_stock(trade.match())

    reservation = await store.stock.find(trade.order_id)
    assert reservation is not None
    assert (reservation.ask_id, reservation.book) == (trade.ask_id, trade.book)
    assert (reservation.status, reservation.reserved_at) == (
        ReservationStatus.RESERVED,
        clock.now(),
    )
    assert list(await store.stock.levels(trade.book.product_id)) == [
        StockLevel(Size("9"), available=0, reserved=1)
    ]
    assert await told(store) == [StockReserved(trade.order_id)]


async def test_duplicate_match_event_reserves_one_unit(
    store: Store, reserve_stock: ReserveStock, trade: Trade
) -> None:
    await reserve_stock(trade.match())
    await reserve_stock(trade.match())

    (level,) = await store.stock.levels(trade.book.product_id)
    assert level.reserved == 1
    assert set(await told(store)) == {StockReserved(trade.order_id)}


async def test_unit_reserved_by_another_order_is_refused(
    store: Store, reserve_stock: ReserveStock, ids: SeededIds
) -> None:
    first, second = trades_of_one_ask(ids, 2)
    await reserve_stock(first.match())

    await reserve_stock(second.match())

    assert await status(store, first) is ReservationStatus.RESERVED
    assert await status(store, second) is None
    assert await told(store) == [StockReserved(first.order_id), StockRefused(second.order_id)]


# ---- the end of a reservation ----------------------------------------------------------------


@pytest.mark.parametrize("reason", CancelReason)
async def test_cancelled_order_releases_its_unit_only_if_the_ask_returns(
    store: Store,
    reserve_stock: ReserveStock,
    release_stock: ReleaseStock,
    trade: Trade,
    reason: CancelReason,
) -> None:
    await reserve_stock(trade.match())

    await release_stock(trade.cancelled(reason))

    seller_not_at_fault = {
        CancelReason.PAYMENT_DECLINED,
        CancelReason.PAYMENT_OVERDUE,
        CancelReason.GIVEN_UP,
    }
    assert await status(store, trade) is (
        ReservationStatus.RELEASED if reason in seller_not_at_fault else ReservationStatus.REMOVED
    )
    assert list(await store.stock.levels(trade.book.product_id)) == []


async def test_pair_that_failed_authentication_is_removed(
    store: Store, reserve_stock: ReserveStock, release_stock: ReleaseStock, trade: Trade
) -> None:
    await reserve_stock(trade.match())

    await release_stock(trade.auth_failed())

    assert await status(store, trade) is ReservationStatus.REMOVED


async def test_delivered_pair_is_consumed_and_never_reserved_again(
    store: Store, reserve_stock: ReserveStock, consume_stock: ConsumeStock, ids: SeededIds
) -> None:
    first, second = trades_of_one_ask(ids, 2)
    await reserve_stock(first.match())

    await consume_stock(first.delivered())
    await reserve_stock(second.match())

    assert await status(store, first) is ReservationStatus.CONSUMED
    assert await told(store) == [StockReserved(first.order_id), StockRefused(second.order_id)]


async def test_released_unit_is_reserved_for_the_next_order(
    store: Store, reserve_stock: ReserveStock, release_stock: ReleaseStock, ids: SeededIds
) -> None:
    first, second = trades_of_one_ask(ids, 2)
    await reserve_stock(first.match())
    await release_stock(first.cancelled(CancelReason.PAYMENT_DECLINED))

    await reserve_stock(second.match())

    assert await status(store, second) is ReservationStatus.RESERVED


async def test_duplicate_or_contradicting_end_changes_nothing(
    store: Store,
    reserve_stock: ReserveStock,
    release_stock: ReleaseStock,
    consume_stock: ConsumeStock,
    trade: Trade,
) -> None:
    await reserve_stock(trade.match())
    await release_stock(trade.cancelled(CancelReason.PAYMENT_OVERDUE))

    await release_stock(trade.cancelled(CancelReason.PAYMENT_OVERDUE))
    await release_stock(trade.auth_failed())
    await consume_stock(trade.delivered())

    assert await status(store, trade) is ReservationStatus.RELEASED


# ---- out of order ----------------------------------------------------------------------------


async def test_match_after_its_cancellation_reserves_nothing(
    store: Store, reserve_stock: ReserveStock, release_stock: ReleaseStock, ids: SeededIds
) -> None:
    late, next_trade = trades_of_one_ask(ids, 2)

    await release_stock(late.cancelled(CancelReason.PAYMENT_OVERDUE))
    await reserve_stock(late.match())
    await reserve_stock(next_trade.match())

    assert await status(store, late) is ReservationStatus.RELEASED
    assert await status(store, next_trade) is ReservationStatus.RESERVED
    assert await told(store) == [StockReserved(next_trade.order_id)]


async def test_cancellation_of_a_refused_order_keeps_the_other_orders_reservation(
    store: Store, reserve_stock: ReserveStock, release_stock: ReleaseStock, ids: SeededIds
) -> None:
    holder, refused = trades_of_one_ask(ids, 2)
    await reserve_stock(holder.match())
    await reserve_stock(refused.match())

    await release_stock(refused.cancelled(CancelReason.STOCK_REFUSED))

    assert await status(store, holder) is ReservationStatus.RESERVED
    assert await status(store, refused) is None


async def test_end_of_an_unknown_order_changes_nothing(
    store: Store, release_stock: ReleaseStock, consume_stock: ConsumeStock, trade: Trade
) -> None:
    await release_stock(trade.auth_failed())
    await consume_stock(trade.delivered())

    assert await status(store, trade) is None


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), max_size=15), st.booleans())
def test_a_unit_never_belongs_to_two_orders_and_stock_is_never_negative(
    steps: list[tuple[int, int]], at_once: bool
) -> None:
    asyncio.run(tell(steps, at_once))


async def tell(steps: list[tuple[int, int]], at_once: bool) -> None:
    """Deliver events of three orders of one ask, in sequence or concurrently."""
    clock = VirtualClock(NOW)
    ids = SeededIds(seed=1, clock=clock)
    store = build_memory_store(clock=clock, ids=ids)
    reserve = ReserveStock(store.transaction, store.stock, store.outbox, clock)
    release = ReleaseStock(store.transaction, store.stock, clock)
    consume = ConsumeStock(store.transaction, store.stock)
    trades = trades_of_one_ask(ids, 3)
    acts: list[Callable[[Trade], Awaitable[None]]] = [
        lambda trade: reserve(trade.match()),
        lambda trade: release(trade.cancelled(CancelReason.PAYMENT_OVERDUE)),
        lambda trade: release(trade.cancelled(CancelReason.SELLER_CANCELLED)),
        lambda trade: release(trade.auth_failed()),
        lambda trade: consume(trade.delivered()),
    ]
    ended: dict[OrderId, ReservationStatus] = {}
    for batch in [steps] if at_once else [[step] for step in steps]:
        await asyncio.gather(*(acts[act](trades[which]) for which, act in batch))
        statuses = [await status(store, trade) for trade in trades]
        holding = [s for s in statuses if s in ("reserved", "consumed")]
        assert len(holding) <= 1
        reserved = sum(
            level.reserved for level in await store.stock.levels(trades[0].book.product_id)
        )
        assert reserved == statuses.count(ReservationStatus.RESERVED)
        for trade, now in zip(trades, statuses, strict=True):
            if trade.order_id in ended:
                assert now is ended[trade.order_id]
            elif now not in (None, ReservationStatus.RESERVED):
                ended[trade.order_id] = now
