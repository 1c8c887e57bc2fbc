"""Contract of Books."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.books import Batch, Ownership
from solebook.ports.idempotency_keys import IdempotencyKey
from solebook.ports.language.errors import IdempotencyKeyReused, ShardLost
from solebook.ports.language.events import MatchCreated
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import (
    BookKey,
    Condition,
    MatchStatus,
    Quote,
    QuoteStatus,
    Side,
    shard_of,
)
from solebook.ports.matching import Placement

from .records import Records, matched
from .shard import Shard


class Boom(Exception):
    """Something went wrong inside a block."""


async def resting(store: Store, shard: int = 0, shards: int = 1) -> list[Quote]:
    return [quote async for quote in store.books.resting(shard, shards)]


def key_of(records: Records, **fields: str) -> IdempotencyKey:
    fields = {"scope": "bids", "key": "key-1", "fingerprint": "aa"} | fields
    return IdempotencyKey(records.user_id(), **fields)


# ---- ownership -----------------------------------------------------------------------------------


async def test_a_new_shard_begins_before_its_first_arrival(store: Store, records: Records) -> None:
    ownership = await store.books.take(3, records.instant)
    assert (ownership.shard, ownership.sequence) == (3, 0)


async def test_taking_a_shard_raises_its_epoch_and_tells_its_last_sequence(
    store: Store, records: Records
) -> None:
    first = await store.books.take(0, records.instant)
    await store.books.commit(first, records.batch(records.ask(records.book()), sequence=41))
    await store.books.commit(first, records.batch(records.ask(records.book()), sequence=57))
    second = await store.books.take(0, records.instant)
    assert second.epoch > first.epoch
    assert second.sequence == 57
    assert (await store.books.take(1, records.instant)).sequence == 0


async def test_no_commit_under_an_earlier_ownership_succeeds(
    store: Store, records: Records
) -> None:
    lost = await store.books.take(0, records.instant)
    owned = await store.books.take(0, records.instant)
    ask = records.ask(records.book())
    with pytest.raises(ShardLost) as refused:
        await store.books.commit(lost, records.batch(ask, sequence=9))
    assert refused.value.shard == 0
    assert await store.books.get([ask.id]) == {}
    assert (await store.books.take(0, records.instant)).sequence == 0
    with pytest.raises(ShardLost):
        await store.books.commit(owned, records.batch(ask))


async def test_a_shard_taken_during_anothers_transaction_stays_taken_when_that_fails(
    store: Store, records: Records
) -> None:
    async def write_and_fail() -> None:
        async with store.transaction():
            await store.users.add(records.user())
            for _ in range(10):
                await asyncio.sleep(0)
            raise Boom

    failed, ownership = await asyncio.gather(
        write_and_fail(), store.books.take(0, records.instant), return_exceptions=True
    )
    assert isinstance(failed, Boom)
    assert isinstance(ownership, Ownership)
    ask = records.ask(records.book())
    await store.books.commit(ownership, records.batch(ask))
    assert await store.books.get([ask.id]) == {ask.id: ask}


async def test_shards_are_owned_apart(store: Store, records: Records) -> None:
    zero = await store.books.take(0, records.instant)
    one = await store.books.take(1, records.instant)
    asks = [records.ask(records.book()) for _ in range(2)]
    await store.books.commit(zero, records.batch(asks[0]))
    await store.books.commit(one, records.batch(asks[1]))
    assert len(await store.books.get([ask.id for ask in asks])) == 2


# ---- reading -------------------------------------------------------------------------------------


async def test_committed_quotes_are_read_back_whole(
    store: Store, records: Records, shard: Shard
) -> None:
    bid = records.bid(records.book(size="10.5", condition=Condition.DAMAGED_BOX))
    ask = records.ask(records.book(size="6Y"), status=QuoteStatus.EXPIRED)
    await shard.rest(bid, ask)
    unknown = records.quote_id()
    assert await store.books.get([bid.id, unknown, ask.id]) == {bid.id: bid, ask.id: ask}
    assert await store.books.get([]) == {}
    assert await store.books.match(records.order_id()) is None


async def test_a_shards_active_quotes_are_yielded_in_order_of_arrival(
    store: Store, records: Records, shard: Shard
) -> None:
    books = [records.book(size=size) for size in ("8", "9", "10", "11", "12", "13")]
    quotes = [records.quote(side, book) for book in books for side in Side]
    inactive = [records.ask(books[0], status=s) for s in QuoteStatus if s != "active"]
    await shard.rest(*reversed(quotes), *inactive)
    assert await resting(store) == quotes
    for shards in (2, 3):
        of_shard = [await resting(store, number, shards) for number in range(shards)]
        for number, found in enumerate(of_shard):
            assert found == [q for q in quotes if shard_of(q.book, shards) == number]
        assert sum(map(len, of_shard)) == len(quotes)


async def test_the_active_quotes_of_some_books_come_in_order_of_arrival(
    store: Store, records: Records, shard: Shard
) -> None:
    wanted = [records.book(), records.book()]
    other_size = records.book(wanted[0].product_id, "13")
    other_condition = replace(wanted[0], condition=Condition.USED)
    late, early = records.ask(wanted[0], sequence=8), records.bid(wanted[1], sequence=5)
    middle = records.bid(wanted[0], sequence=6)
    await shard.rest(
        late, early, middle, records.ask(other_size), records.ask(other_condition),
        records.ask(wanted[0], status=QuoteStatus.CANCELLED),
    )  # fmt: skip
    assert list(await store.books.resting_in(wanted)) == [early, middle, late]
    assert list(await store.books.resting_in([records.book()])) == []
    assert list(await store.books.resting_in([])) == []


async def test_a_quote_that_changed_rests_as_its_status_and_sequence_now_say(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    first, second, third = (records.ask(book) for _ in range(3))
    await shard.rest(first, second, third)
    repriced = replace(first, amount=30_000, sequence=third.sequence + 10)
    cancelled = replace(second, status=QuoteStatus.CANCELLED)
    await shard.change(repriced, cancelled)
    assert list(await store.books.resting_in([book])) == [third, repriced]
    assert await store.books.get([first.id, second.id]) == {
        first.id: repriced,
        second.id: cancelled,
    }
    await shard.change(replace(second, status=QuoteStatus.ACTIVE))
    assert list(await store.books.resting_in([book])) == [second, third, repriced]


# ---- committing ----------------------------------------------------------------------------------


async def test_a_match_and_all_that_comes_with_it_commit_together(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    resting_ask, bid = records.ask(book), records.bid(book)
    await shard.rest(resting_ask)
    match = records.match(bid, resting_ask)
    opened = records.opened(match)
    bid = replace(bid, **matched(bid, match))
    ask = replace(resting_ask, **matched(resting_ask, match))
    key = key_of(records)
    placement = Placement(bid, match)
    batch = Batch(
        sequence=bid.sequence,
        added={bid.id: bid},
        changed={ask.id: ask},
        matches=[match],
        opened=[opened],
        answers={key: placement},
    )
    await shard.commit(batch)
    assert await store.books.get([bid.id, ask.id]) == {bid.id: bid, ask.id: ask}
    assert await store.books.match(match.id) == match
    assert await store.orders.get(match.id) == opened.order
    assert list(await store.orders.history(match.id)) == list(opened.history)
    assert list(await store.deadlines.due(opened.deadlines[0].due_at, 10)) == [opened.deadlines[0]]
    assert [message.event for message in await store.outbox.unsent(10)] == list(opened.events)
    assert await store.books.answered([key]) == {key: placement}
    assert (await store.books.take(0, records.instant)).sequence == bid.sequence


async def test_several_matches_open_their_orders_in_their_order(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    trades = [shard.new_match(book) for _ in range(3)]
    matches = [match for match, _, _ in trades]
    await shard.commit(
        records.batch(
            *(quote for _, bid, ask in trades for quote in (bid, ask)),
            matches=matches,
            opened=[records.opened(match) for match in matches],
        )
    )
    told = [message.event for message in await store.outbox.unsent(10)]
    assert [event.order_id for event in told if isinstance(event, MatchCreated)] == [
        match.id for match in matches
    ]
    assert await store.orders.count_by_status() == {"pending": 3}


async def test_an_empty_batch_still_keeps_the_sequence(
    store: Store, records: Records, shard: Shard
) -> None:
    batch = Batch(sequence=77)
    assert batch.is_empty
    await shard.commit(batch)
    assert (await store.books.take(0, records.instant)).sequence == 77


@pytest.mark.parametrize("side", Side)
async def test_a_quote_is_in_one_standing_match(
    store: Store, records: Records, shard: Shard, side: Side
) -> None:
    book = records.book()
    standing = (await shard.trade(book)).order
    bid, ask = records.bid(book), records.ask(book)
    twice = (
        replace(records.match(bid, ask), bid_id=standing.bid_id, buyer_id=standing.buyer_id)
        if side is Side.BID
        else replace(records.match(bid, ask), ask_id=standing.ask_id, seller_id=standing.seller_id)
    )
    before = list(await store.outbox.unsent(10))
    key = key_of(records)
    with pytest.raises(AssertionError):
        await shard.commit(
            records.batch(
                bid, ask, matches=[twice], opened=[records.opened(twice)],
                answers={key: Placement(bid)}, sequence=1_000,
            )
        )  # fmt: skip
    assert await store.books.match(twice.id) is None
    assert await store.books.get([bid.id, ask.id]) == {}
    assert await store.orders.count_by_status() == {"pending": 1}
    assert list(await store.outbox.unsent(10)) == before
    assert await store.books.answered([key]) == {}
    assert (await store.books.take(0, records.instant)).sequence < 1_000


async def test_a_quote_or_a_match_is_added_once(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    standing = (await shard.trade(book)).order
    stored = await store.books.get([standing.ask_id])
    again = replace(stored[standing.ask_id], amount=1)
    other = records.ask(records.book())
    with pytest.raises(AssertionError):
        await shard.commit(records.batch(other, again))
    match, bid, ask = shard.new_match(book, id=standing.id)
    with pytest.raises(AssertionError):
        await shard.commit(records.batch(other, bid, ask, matches=[match]))
    assert await store.books.get([standing.ask_id, other.id, bid.id]) == stored


async def test_an_order_is_opened_once(store: Store, records: Records, shard: Shard) -> None:
    opened = await shard.trade(records.book())
    ask = records.ask(records.book())
    with pytest.raises(AssertionError):
        await shard.commit(records.batch(ask, opened=[opened]))
    assert await store.books.get([ask.id]) == {}
    assert list(await store.orders.history(opened.order.id)) == list(opened.history)
    assert len(await store.outbox.unsent(10)) == 1


async def test_two_matches_of_one_ask_in_one_batch_are_refused(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    ask, first, second = records.ask(book), records.bid(book), records.bid(book)
    with pytest.raises(AssertionError):
        await shard.commit(
            records.batch(
                ask, first, second, matches=[records.match(first, ask), records.match(second, ask)]
            )
        )
    assert await store.books.get([ask.id, first.id, second.id]) == {}


async def test_an_unwound_match_stays_known_and_frees_its_ask(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    order = (await shard.trade(book)).order
    match = await store.books.match(order.id)
    assert match is not None
    old = await store.books.get([order.bid_id, order.ask_id])
    returned = replace(old[order.ask_id], status=QuoteStatus.ACTIVE)
    cancelled = replace(old[order.bid_id], status=QuoteStatus.CANCELLED)
    changed = {quote.id: quote for quote in (returned, cancelled)}
    await shard.commit(records.batch(changed=changed, unwound=[match.id]))
    assert await store.books.match(match.id) == replace(match, status=MatchStatus.UNWOUND)
    assert list(await store.books.resting_in([book])) == [returned]

    again = await match_resting_ask(records, shard, book, returned)
    assert await store.books.match(again) is not None


async def test_an_ask_may_be_unwound_and_matched_again_in_one_batch(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    order = (await shard.trade(book)).order
    old = await store.books.get([order.bid_id, order.ask_id])
    bid = records.bid(book)
    again = records.match(bid, old[order.ask_id])
    changed: Sequence[Quote] = (
        replace(old[order.bid_id], status=QuoteStatus.CANCELLED),
        replace(old[order.ask_id], **matched(old[order.ask_id], again)),
    )
    await shard.commit(
        records.batch(
            replace(bid, **matched(bid, again)),
            changed={quote.id: quote for quote in changed},
            unwound=[order.id],
            matches=[again],
            opened=[records.opened(again)],
        )
    )
    assert await store.books.match(again.id) == again
    unwound = await store.books.match(order.id)
    assert unwound is not None
    assert unwound.status is MatchStatus.UNWOUND
    assert await store.orders.count_by_status() == {"pending": 2}


async def test_unwinding_twice_changes_nothing_more(
    store: Store, records: Records, shard: Shard
) -> None:
    order = (await shard.trade(records.book())).order
    for _ in range(2):
        await shard.commit(records.batch(unwound=[order.id]))
    match = await store.books.match(order.id)
    assert match is not None
    assert match.status is MatchStatus.UNWOUND


async def match_resting_ask(records: Records, shard: Shard, book: BookKey, ask: Quote) -> OrderId:
    bid = records.bid(book)
    match = records.match(bid, ask)
    await shard.commit(
        records.batch(
            replace(bid, **matched(bid, match)),
            changed={ask.id: replace(ask, **matched(ask, match))},
            matches=[match],
            opened=[records.opened(match)],
        )
    )
    return match.id


async def test_a_large_batch_commits_whole(store: Store, records: Records, shard: Shard) -> None:
    book = records.book()
    trades = [shard.new_match(book) for _ in range(150)]
    await shard.commit(
        records.batch(
            *(quote for _, bid, ask in trades for quote in (bid, ask)),
            matches=[match for match, _, _ in trades],
            opened=[records.opened(match) for match, _, _ in trades],
        )
    )
    assert await store.orders.count_by_status() == {"pending": 150}
    ids = [quote.id for _, bid, ask in trades for quote in (bid, ask)]
    assert len(await store.books.get(ids)) == 300
    assert len(await store.outbox.unsent(1_000)) == 150


# ---- answers -------------------------------------------------------------------------------------


async def test_the_first_placement_is_the_answer_whatever_became_of_the_quote(
    store: Store, records: Records, shard: Shard
) -> None:
    ask = records.ask(records.book())
    key = key_of(records)
    await shard.commit(records.batch(ask, answers={key: Placement(ask)}))
    await shard.change(replace(ask, status=QuoteStatus.CANCELLED))
    assert await store.books.answered([key]) == {key: Placement(ask)}


async def test_a_key_with_another_fingerprint_is_anothers(
    store: Store, records: Records, shard: Shard
) -> None:
    ask = records.ask(records.book())
    used = key_of(records)
    await shard.commit(records.batch(ask, answers={used: Placement(ask)}))
    reused = replace(used, fingerprint="bb")
    fresh = [
        replace(used, key="key-2"),
        replace(used, scope="asks"),
        replace(used, user_id=records.user_id()),
    ]
    answers = await store.books.answered([used, reused, *fresh])
    assert set(answers) == {used, reused}
    assert answers[used] == Placement(ask)
    answer = answers[reused]
    assert isinstance(answer, IdempotencyKeyReused)
    assert answer.key == used.key
    assert await store.books.answered([]) == {}


async def test_old_placements_are_forgotten_with_the_other_answers(
    store: Store, records: Records, shard: Shard, clock: VirtualClock
) -> None:
    asks = [records.ask(records.book()) for _ in range(2)]
    old, recent = (key_of(records, key=name) for name in ("old", "recent"))
    await shard.commit(records.batch(asks[0], answers={old: Placement(asks[0])}))
    await clock.advance(timedelta(days=2))
    await shard.commit(records.batch(asks[1], answers={recent: Placement(asks[1])}))
    async with store.transaction():
        day_ago = clock.now() - timedelta(days=1)
        assert await store.idempotency_keys.forget(day_ago) == 1
    assert await store.books.answered([old, recent]) == {recent: Placement(asks[1])}
