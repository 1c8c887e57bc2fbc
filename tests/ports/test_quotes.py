"""Contract of Quotes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import IdempotencyKeyReused, NotFound
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.market import Condition, QueuePlace, QuoteStatus, Side
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.placement import Placement

from .pages import all_pages
from .records import Records
from .shard import Shard


async def test_a_quote_is_read_as_last_committed(
    store: Store, records: Records, shard: Shard
) -> None:
    bid, ask = records.bid(records.book()), records.ask(records.book())
    await shard.rest(bid, ask)
    repriced = replace(bid, amount=25_000, sequence=99, expires_at=records.instant)
    await shard.change(repriced)
    assert await store.quotes.get(bid.id) == repriced
    assert await store.quotes.get(ask.id) == ask


async def test_an_unknown_quote_or_match_is_not_found(store: Store, records: Records) -> None:
    with pytest.raises(NotFound):
        await store.quotes.get(records.quote_id())
    unknown = records.order_id()
    with pytest.raises(NotFound) as refused:
        await store.quotes.match(unknown)
    assert refused.value.id == unknown


async def test_a_match_is_read_as_committed(store: Store, records: Records, shard: Shard) -> None:
    match, bid, ask = shard.new_match(records.book(), maker=Side.BID, price=12_300)
    await shard.commit(records.batch(bid, ask, matches=[match], opened=[records.opened(match)]))
    assert await store.quotes.match(match.id) == match


@pytest.mark.parametrize("side", Side)
async def test_a_users_quotes_are_paged_newest_first(
    store: Store, records: Records, shard: Shard, side: Side
) -> None:
    user_id = records.user_id()
    mine = [records.quote(side, records.book(), user_id=user_id) for _ in range(5)]
    await shard.rest(
        mine[3], mine[0], mine[4], mine[1], mine[2],
        records.quote(side.opposite, records.book(), user_id=user_id),
        records.quote(side, records.book()),
    )  # fmt: skip
    assert (
        await all_pages(lambda request: store.quotes.of_user(user_id, side, request)) == mine[::-1]
    )


async def test_a_users_quotes_of_one_status_are_paged(
    store: Store, records: Records, shard: Shard
) -> None:
    user_id = records.user_id()
    asks = [records.ask(records.book(), user_id=user_id) for _ in range(7)]
    await shard.rest(*asks)
    cancelled = [replace(ask, status=QuoteStatus.CANCELLED) for ask in asks[1::2]]
    await shard.change(*cancelled)

    for status, expected in (
        (QuoteStatus.ACTIVE, asks[::2]),
        (QuoteStatus.CANCELLED, cancelled),
        (QuoteStatus.MATCHED, []),
    ):
        found = await all_pages(
            lambda request, status=status: store.quotes.of_user(  # type: ignore[misc]  # bound now
                user_id, Side.ASK, request, status
            )
        )
        assert found == expected[::-1]


async def test_standing_quotes_of_a_user_rest_or_wait(
    store: Store, records: Records, shard: Shard
) -> None:
    user_id = records.user_id()
    asks = [records.ask(records.book(), user_id=user_id) for _ in range(len(QuoteStatus))]
    await shard.rest(*asks)
    changed = [replace(ask, status=status) for ask, status in zip(asks, QuoteStatus, strict=True)]
    await shard.change(*changed)
    for status in (None, *QuoteStatus):
        page = await store.quotes.of_user(user_id, Side.ASK, PageRequest(), status, standing=True)
        assert {quote.status for quote in page.items} == {
            quote.status
            for quote in changed
            if quote.status.stands and status in (None, quote.status)
        }


@pytest.mark.parametrize("status", QuoteStatus)
async def test_book_has_standing_quotes_while_one_may_still_trade(
    store: Store, records: Records, shard: Shard, status: QuoteStatus
) -> None:
    ask = records.ask(records.book())
    assert not await store.quotes.stand_in(ask.book)
    await shard.rest(ask)
    await shard.change(replace(ask, status=status))
    assert await store.quotes.stand_in(ask.book) is status.stands
    assert not await store.quotes.stand_in(replace(ask.book, condition=Condition.USED))


async def test_a_user_without_quotes_has_one_empty_page(store: Store, records: Records) -> None:
    page = await store.quotes.of_user(records.user_id(), Side.BID, PageRequest())
    assert (tuple(page.items), page.next_cursor) == ((), None)


async def test_the_placement_under_a_key_is_answered(
    store: Store, records: Records, shard: Shard
) -> None:
    match, bid, ask = shard.new_match(records.book())
    key = IdempotencyKey(bid.user_id, "bids", "key-1", "aa")
    other = IdempotencyKey(ask.user_id, "asks", "key-1", "aa")
    await shard.commit(
        records.batch(
            bid, ask, matches=[match], opened=[records.opened(match)],
            answers={key: Placement(bid, match), other: Placement(ask)},
        )
    )  # fmt: skip
    assert await store.quotes.answered(key) == Placement(bid, match)
    assert await store.quotes.answered(other) == Placement(ask)
    assert await store.quotes.answered(replace(key, key="key-2")) is None
    for reused in (replace(key, fingerprint="bb"), replace(key, scope="asks")):
        with pytest.raises(IdempotencyKeyReused) as refused:
            await store.quotes.answered(reused)
        assert refused.value.key == "key-1"


async def test_overdue_are_the_active_quotes_that_expired_longest_first(
    store: Store, records: Records, shard: Shard
) -> None:
    now = records.instant
    at = [now + timedelta(microseconds=us) for us in (0, -3, -2, 1)]
    just, longest, longer, not_yet = (records.ask(records.book(), expires_at=a) for a in at)
    ended = [
        records.bid(records.book(), expires_at=now - timedelta(days=9), status=status)
        for status in (QuoteStatus.EXPIRED, QuoteStatus.CANCELLED, QuoteStatus.MATCHED)
    ]
    await shard.rest(just, longest, longer, not_yet, *ended)
    assert list(await store.quotes.overdue(now, 10)) == [longest, longer, just]
    assert list(await store.quotes.overdue(now, 2)) == [longest, longer]
    await shard.change(replace(longest, status=QuoteStatus.EXPIRED))
    assert list(await store.quotes.overdue(now, 2)) == [longer, just]


async def test_a_quote_is_overdue_by_the_expiry_that_it_has_now(
    store: Store, records: Records, shard: Shard
) -> None:
    now, day = records.instant, timedelta(days=1)
    prolonged = records.bid(records.book(), expires_at=now)
    shortened = records.ask(records.book(), expires_at=now + 9 * day)
    long_ago = records.ask(records.book(), expires_at=now - 400 * day)
    await shard.rest(prolonged, shortened, long_ago)
    later, sooner = (
        replace(prolonged, expires_at=now + 30 * day),
        replace(shortened, expires_at=now - 3 * day),
    )
    await shard.change(later, sooner)
    assert list(await store.quotes.overdue(now, 10)) == [long_ago, sooner]
    assert list(await store.quotes.overdue(now + 30 * day, 10)) == [long_ago, sooner, later]


async def test_paging_continues_although_the_last_item_changes_its_status(
    store: Store, records: Records, shard: Shard
) -> None:
    user_id = records.user_id()
    bids = [records.bid(records.book(), user_id=user_id) for _ in range(4)]
    await shard.rest(*bids)
    first = await store.quotes.of_user(user_id, Side.BID, PageRequest(2), QuoteStatus.ACTIVE)
    assert list(first.items) == [bids[3], bids[2]]
    await shard.change(replace(bids[2], status=QuoteStatus.CANCELLED))
    rest = PageRequest(2, after=first.next_cursor)
    second = await store.quotes.of_user(user_id, Side.BID, rest, QuoteStatus.ACTIVE)
    assert (list(second.items), second.next_cursor) == ([bids[1], bids[0]], None)


@pytest.mark.parametrize("side", Side)
async def test_a_place_in_the_queue_counts_better_prices_and_earlier_arrivals(
    store: Store, records: Records, shard: Shard, side: Side
) -> None:
    book = records.book()
    better = 20_100 if side is Side.BID else 19_900
    worse = 40_000 - better
    first, second = (records.quote(side, book, amount=20_000) for _ in range(2))
    best = [records.quote(side, book, amount=better) for _ in range(3)]
    last = records.quote(side, book, amount=worse)
    elsewhere = [
        records.quote(side.opposite, book, amount=20_000),
        records.quote(side, records.book(), amount=better),
        records.quote(side, book, amount=better, status=QuoteStatus.CANCELLED),
    ]
    await shard.rest(first, second, last, *best, *elsewhere)
    places = {q.id: await store.quotes.place_in_queue(q) for q in (best[0], first, second, last)}
    assert places == {
        best[0].id: QueuePlace(better_price=0, same_price=0),
        first.id: QueuePlace(better_price=3, same_price=0),
        second.id: QueuePlace(better_price=3, same_price=1),
        last.id: QueuePlace(better_price=5, same_price=0),
    }
