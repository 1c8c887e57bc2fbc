"""Contract of QuoteArchive."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import MatchStatus, Quote, QuoteStatus, Side
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.steps import RecordedStep, StockReserved

from .pages import all_pages
from .records import Records
from .shard import Shard

DAY = timedelta(days=1)
CANCELLED, EXPIRED = QuoteStatus.CANCELLED, QuoteStatus.EXPIRED


async def every(store: Store, do: Callable[[datetime], Awaitable[int]], before: datetime) -> int:
    """Do it until nothing is left, and return how many there were."""
    total = 0
    while True:
        async with store.transaction():
            portion = await do(before)
        if not portion:
            return total
        total += portion


async def archived(store: Store, records: Records, *, placed_before: timedelta = DAY) -> int:
    return await every(store, store.quote_archive.archive, records.instant + placed_before)


async def sell(store: Store, order_id: OrderId, status: OrderStatus) -> None:
    order = await store.orders.get(order_id)
    sold = replace(order, version=order.version + 1, status=status)
    step = RecordedStep(order_id, sold.version, order.updated_at, StockReserved())
    async with store.transaction():
        await store.orders.save(sold, [step])


@pytest.mark.parametrize("side", Side)
async def test_archived_quotes_are_found_like_all_others(
    store: Store, records: Records, shard: Shard, side: Side
) -> None:
    user_id = records.user_id()
    mine = [records.quote(side, records.book(), user_id=user_id) for _ in range(7)]
    await shard.rest(*mine, records.quote(side.opposite, records.book(), user_id=user_id))
    for number, status in ((0, CANCELLED), (3, EXPIRED), (4, CANCELLED)):
        mine[number] = replace(mine[number], status=status)
        await shard.change(mine[number])
    assert await archived(store, records, placed_before=timedelta(0)) == 0
    assert await archived(store, records) == 3
    mine[6] = replace(mine[6], status=CANCELLED)
    await shard.change(mine[6])

    async def listed(status: QuoteStatus | None = None, *, standing: bool = False) -> list[Quote]:
        return await all_pages(
            lambda page: store.quotes.of_user(user_id, side, page, status, standing=standing)
        )

    assert await listed() == mine[::-1]
    assert await listed(CANCELLED) == [mine[6], mine[4], mine[0]]
    assert await listed(EXPIRED) == [mine[3]]
    assert await listed(standing=True) == [mine[5], mine[2], mine[1]]
    assert [await store.quotes.get(quote.id) for quote in mine] == mine
    assert await store.books.get([q.id for q in mine]) == {quote.id: quote for quote in mine}
    async with store.snapshots() as snapshot:
        size = await snapshot.size()
        assert {size.bids, size.asks} == {7, 1}
        first = await snapshot.quotes(side, None, 5)
        rest = await snapshot.quotes(side, first[-1].quote.id, 5)
    assert [record.quote for record in (*first, *rest)] == mine
    assert not any(record.is_misfiled for record in first)


@pytest.mark.parametrize("status", OrderStatus)
async def test_matched_quotes_are_archived_when_their_match_is_not_undone_any_more(
    store: Store, records: Records, shard: Shard, status: OrderStatus
) -> None:
    match = await store.quotes.match((await shard.trade(records.book())).order.id)
    bid, ask = await store.quotes.get(match.bid_id), await store.quotes.get(match.ask_id)
    await sell(store, match.id, status)
    is_sold = status in (OrderStatus.DELIVERED, OrderStatus.AUTH_FAILED)
    assert await archived(store, records) == (2 if is_sold else 0)
    async with store.snapshots() as snapshot:
        (trade,) = await snapshot.trades_of([match.id])
        (record,) = await snapshot.quotes(Side.BID, None, 2)
    assert (trade.bid, trade.ask, record.open_matches) == (bid, ask, [match.id])


async def test_only_quotes_that_never_traded_are_forgotten(
    store: Store, records: Records, shard: Shard
) -> None:
    user_id, book = records.user_id(), records.book()
    over, late = records.bid(book, user_id=user_id), records.bid(book, user_id=user_id)
    late = replace(late, expires_at=late.expires_at + DAY)
    match, bid, ask = shard.new_match(book)
    opened = records.opened(match)
    await shard.commit(records.batch(over, late, bid, ask, matches=[match], opened=[opened]))
    ends = [replace(over, status=EXPIRED), replace(late, status=CANCELLED)]
    # The ask returned to its book and was cancelled there; only the undone match knows of it.
    ends += [replace(bid, status=CANCELLED), replace(ask, status=CANCELLED, match_id=None)]
    await shard.commit(
        records.batch(unwound=[match.id], changed={quote.id: quote for quote in ends})
    )
    assert await archived(store, records) == 4
    assert await every(store, store.quote_archive.forget, over.expires_at) == 0
    assert await every(store, store.quote_archive.forget, late.expires_at) == 1
    with pytest.raises(NotFound):
        await store.quotes.get(over.id)
    kept = [q for q in ends if q.id != over.id]
    assert [await store.quotes.get(quote.id) for quote in kept] == kept
    assert await all_pages(lambda page: store.quotes.of_user(user_id, Side.BID, page)) == [ends[1]]
    unwound = await store.quotes.match(match.id)
    assert unwound == replace(match, status=MatchStatus.UNWOUND)
