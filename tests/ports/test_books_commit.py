"""Contract of Books: what a batch does, whole or not at all."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.batch import Batch
from solebook.ports.language.errors import ShardLost
from solebook.ports.language.events import LowestAskChanged, MatchCreated
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import (
    BookKey,
    MatchStatus,
    Quote,
    QuoteStatus,
    Side,
)
from solebook.ports.language.placement import Placement
from solebook.ports.language.withdrawals import Withdrawn

from .records import Records, matched
from .shard import Shard


def key_of(records: Records, **fields: str) -> IdempotencyKey:
    fields = {"scope": "bids", "key": "key-1", "fingerprint": "aa"} | fields
    return IdempotencyKey(records.user_id(), **fields)


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
    assert await store.books.matches([match.id, records.order_id()]) == {match.id: match}
    assert await store.orders.get(match.id) == opened.order
    assert await store.payments.find(match.id) == opened.payment
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


async def test_events_of_a_batch_follow_those_of_its_orders(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    match, bid, ask = shard.new_match(book)
    opened = records.opened(match)
    changes = [LowestAskChanged(book, 20_000, price, records.instant) for price in (19_000, None)]
    await shard.commit(records.batch(bid, ask, matches=[match], opened=[opened], events=changes))
    await shard.commit(records.batch(records.ask(book), events=changes[:1]))
    await shard.commit(records.batch(records.bid(book)))
    told = [message.event for message in await store.outbox.unsent(10)]
    assert told == [*opened.events, *changes, changes[0]]


async def test_failed_batch_publishes_no_events(
    store: Store, records: Records, shard: Shard
) -> None:
    ask = records.ask(records.book())
    await shard.rest(ask)
    change = LowestAskChanged(ask.book, None, ask.amount, records.instant)
    with pytest.raises(AssertionError):
        await shard.commit(records.batch(ask, events=[change]))
    stale = replace(shard.ownership, epoch=shard.ownership.epoch - 1)
    with pytest.raises(ShardLost):
        await store.books.commit(stale, records.batch(records.ask(ask.book), events=[change]))
    assert not await store.outbox.unsent(10)


async def test_batch_with_only_events_is_not_empty(records: Records) -> None:
    change = LowestAskChanged(records.book(), None, 20_000, records.instant)
    assert not Batch(sequence=1, events=[change]).is_empty


async def test_an_empty_batch_still_keeps_the_sequence(
    store: Store, records: Records, shard: Shard
) -> None:
    batch = Batch(sequence=77)
    assert batch.is_empty
    await shard.commit(batch)
    assert (await store.books.take(0, records.instant)).sequence == 77


async def test_a_batch_that_comes_after_a_later_one_is_not_committed(
    store: Store, records: Records, shard: Shard
) -> None:
    ask, late = records.ask(records.book()), records.ask(records.book())
    await shard.commit(records.batch(ask, sequence=5, after=0))
    await shard.commit(Batch(sequence=7))  # the owner does not know what became of an earlier one
    with pytest.raises(AssertionError):
        await shard.commit(records.batch(late, sequence=6, after=5))
    assert {*await store.books.get([ask.id, late.id])} == {ask.id}
    await shard.commit(records.batch(late, sequence=8, after=7))
    assert {*await store.books.get([ask.id, late.id])} == {ask.id, late.id}


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
    assert await store.books.matches([twice.id]) == {}
    assert await store.books.get([bid.id, ask.id]) == {}
    assert await store.orders.count_by_status() == {"pending": 1}
    assert list(await store.outbox.unsent(10)) == before
    assert await store.books.answered([key]) == {}
    assert (await store.books.take(0, records.instant)).sequence < 1_000


async def test_what_a_part_of_a_withdrawal_withdrew_is_kept_for_its_repetition(
    store: Store, records: Records, shard: Shard
) -> None:
    ask = records.ask(records.book())
    first, second = (
        IdempotencyKey(ask.user_id, "withdrawals", name, "suspended") for name in ("one", "two")
    )
    withdrawn = Withdrawn.of([ask])
    batch = records.batch(ask)
    batch.withdrawals[first] = withdrawn
    await shard.commit(batch)
    assert await store.books.withdrawn([first, second]) == {first: withdrawn}


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
    match = (await store.books.matches([order.id]))[order.id]
    old = await store.books.get([order.bid_id, order.ask_id])
    returned = replace(old[order.ask_id], status=QuoteStatus.ACTIVE)
    cancelled = replace(old[order.bid_id], status=QuoteStatus.CANCELLED)
    changed = {quote.id: quote for quote in (returned, cancelled)}
    await shard.commit(records.batch(changed=changed, unwound=[match.id]))
    unwound = replace(match, status=MatchStatus.UNWOUND)
    assert await store.books.matches([match.id]) == {match.id: unwound}
    assert list(await store.books.resting_in([book])) == [returned]

    again = await match_resting_ask(records, shard, book, returned)
    assert (await store.books.matches([again])).keys() == {again}


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
    matches = await store.books.matches([order.id, again.id])
    assert matches[again.id] == again
    assert matches[order.id].status is MatchStatus.UNWOUND
    assert await store.orders.count_by_status() == {"pending": 2}


async def test_unwinding_twice_changes_nothing_more(
    store: Store, records: Records, shard: Shard
) -> None:
    order = (await shard.trade(records.book())).order
    for _ in range(2):
        await shard.commit(records.batch(unwound=[order.id]))
    match = (await store.books.matches([order.id]))[order.id]
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


async def test_large_batch_commits_completely(store: Store, records: Records, shard: Shard) -> None:
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
