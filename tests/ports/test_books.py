"""Contract of Books."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.batch import Ownership, UnpaidOrders
from solebook.ports.language.errors import IdempotencyKeyReused, ShardLost
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.market import (
    Condition,
    Quote,
    QuoteStatus,
    Side,
    Size,
    TimeInForce,
    shard_of,
)
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.placement import Placement
from solebook.ports.language.steps import RecordedStep, StockReserved
from solebook.ports.language.terms import Terms, WrongCurrency, WrongShards

from .records import Records
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


async def test_whoever_takes_a_shard_is_told_when_the_last_match_was(
    store: Store, shard: Shard, records: Records
) -> None:
    assert shard.ownership.last_match_at is None
    last = records.instant + timedelta(hours=1)
    await shard.trade(records.book())
    await shard.trade(records.book(), matched_at=last)
    assert (await store.books.take(1, records.instant)).last_match_at == last


async def test_a_shard_of_another_number_of_shards_is_not_taken(
    store: Store, records: Records
) -> None:
    owned = await store.books.take(0, records.instant, terms=Terms("USD", 8))
    with pytest.raises(WrongShards, match="the exchange has 8 shards, and this process 1"):
        await store.books.take(0, records.instant, terms=Terms("USD", 1))
    await store.books.commit(owned, records.batch(records.ask(records.book())))
    assert (await store.books.take(1, records.instant, terms=Terms("USD", 8))).epoch == 1


async def test_an_engine_in_another_currency_takes_nothing(store: Store, records: Records) -> None:
    await store.books.take(0, records.instant, terms=Terms("USD"))
    other = "the exchange trades in USD, and this process in JPY"
    with pytest.raises(WrongCurrency, match=other):
        await store.books.take(0, records.instant, terms=Terms("JPY"))
    with pytest.raises(WrongCurrency, match=other):
        async with store.transaction():
            await store.books.divide(Terms("JPY", 2), records.instant)
    assert (await store.books.take(0, records.instant, terms=Terms("USD"))).epoch == 2


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


async def test_taken_shard_stays_taken_when_another_transaction_fails(
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
    ask = records.ask(
        records.book(size="6Y"), status=QuoteStatus.EXPIRED, time_in_force=TimeInForce.IOC
    )
    await shard.rest(bid, ask)
    unknown = records.quote_id()
    assert await store.books.get([bid.id, unknown, ask.id]) == {bid.id: bid, ask.id: ask}
    assert await store.books.get([]) == {}
    assert await store.books.matches([]) == {}


async def test_halts_are_read_back_whether_they_stand_or_not(
    store: Store, records: Records, shard: Shard
) -> None:
    product_id = records.product_id()
    wide = records.halt(product_id)
    narrow = records.halt(product_id, size=Size("9"), condition=Condition.USED)
    await shard.commit(records.batch(halts={wide.id: wide, narrow.id: narrow}))
    assert list(await store.books.standing_halts()) == [wide, narrow]
    ended = replace(wide, ended_at=records.instant)
    await shard.commit(records.batch(halts={wide.id: ended}))
    assert list(await store.books.standing_halts()) == [narrow]
    unknown = records.halt(product_id).id
    assert await store.books.halts([wide.id, unknown]) == {wide.id: ended}
    assert await store.books.halts([]) == {}


async def test_orders_that_await_payment_are_counted_by_buyer(
    store: Store, records: Records, shard: Shard
) -> None:
    buyer, other, nobody = (records.user_id() for _ in range(3))
    for buyer_id in (buyer, buyer, other):
        await shard.trade(records.book(), buyer_id=buyer_id)
    assert await store.books.unpaid_orders([buyer, nobody]) == {buyer: UnpaidOrders(2, 0)}
    assert await store.books.unpaid_orders([]) == {}
    order = (await store.orders.of_user(buyer, PageRequest())).items[0]
    event = RecordedStep(order.id, order.version + 1, records.instant, StockReserved())
    paid = replace(order, status=OrderStatus.CONFIRMED, version=event.number)
    async with store.transaction():
        await store.orders.save(paid, [event])
    assert await store.books.unpaid_orders([buyer, other]) == {
        buyer: UnpaidOrders(1, 0),
        other: UnpaidOrders(1, 0),
    }


async def test_unpaid_orders_that_the_provider_answered_are_counted_apart(
    store: Store, records: Records, shard: Shard
) -> None:
    buyer = records.user_id()
    opened = [await shard.trade(records.book(), buyer_id=buyer) for _ in range(3)]
    payment = await store.payments.find(opened[0].order.id)
    assert payment is not None
    async with store.transaction():
        await store.payments.save(replace(payment, answered_at=records.instant))
    assert await store.books.unpaid_orders([buyer]) == {buyer: UnpaidOrders(3, 1)}


async def test_a_shards_standing_quotes_are_yielded_in_order_of_arrival(
    store: Store, records: Records, shard: Shard
) -> None:
    books = [records.book(size=size) for size in ("8", "9", "10", "11", "12", "13")]
    quotes = [records.quote(side, book) for book in books for side in Side]
    quotes.append(records.ask(books[0], status=QuoteStatus.WAITING))
    ended = [records.ask(books[0], status=s) for s in QuoteStatus if not s.stands]
    await shard.rest(*reversed(quotes), *ended)
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


async def test_the_standing_quotes_of_some_users_come_in_order_of_arrival(
    store: Store, records: Records, shard: Shard
) -> None:
    one, other, nobody = records.user_id(), records.user_id(), records.user_id()
    book, second_book = records.book(), records.book()
    late = records.ask(book, user_id=one, sequence=8)
    early = records.bid(second_book, user_id=one, sequence=5)
    waiting = records.ask(book, user_id=other, sequence=6, status=QuoteStatus.WAITING)
    await shard.rest(
        late, early, waiting, records.ask(book),
        records.ask(book, user_id=one, status=QuoteStatus.CANCELLED),
        records.bid(book, user_id=other, status=QuoteStatus.EXPIRED),
    )  # fmt: skip
    assert list(await store.books.standing_of([one, other, nobody])) == [early, waiting, late]
    assert list(await store.books.standing_of([nobody])) == []
    assert list(await store.books.standing_of([])) == []
    await shard.change(replace(late, status=QuoteStatus.CANCELLED))
    assert list(await store.books.standing_of([one])) == [early]


async def test_changed_quote_rests_by_its_current_status_and_sequence(
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


# ---- answers -------------------------------------------------------------------------------------


async def test_first_placement_is_the_answer_in_any_later_state_of_the_quote(
    store: Store, records: Records, shard: Shard
) -> None:
    ask = records.ask(records.book())
    key = key_of(records)
    await shard.commit(records.batch(ask, answers={key: Placement(ask)}))
    await shard.change(replace(ask, status=QuoteStatus.CANCELLED))
    assert await store.books.answered([key]) == {key: Placement(ask)}


async def test_key_with_another_fingerprint_belongs_to_another_request(
    store: Store, records: Records, shard: Shard
) -> None:
    ask = records.ask(records.book())
    used = key_of(records)
    await shard.commit(records.batch(ask, answers={used: Placement(ask)}))
    reused = [replace(used, fingerprint="bb"), replace(used, scope="asks")]
    fresh = [replace(used, key="key-2"), replace(used, user_id=records.user_id())]
    answers = await store.books.answered([used, *reused, *fresh])
    assert set(answers) == {used, *reused}
    assert answers[used] == Placement(ask)
    for answer in (answers[each] for each in reused):
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


@pytest.mark.parametrize("number", [1, 2, 8])
async def test_all_shards_continue_after_the_highest_number_of_the_former_ones(
    store: Store, records: Records, number: int
) -> None:
    former = [
        await store.books.take(shard, records.instant, terms=Terms("USD", 4)) for shard in range(4)
    ]
    for shard, last in enumerate([3, 17, 5]):
        await store.books.commit(former[shard], records.batch(sequence=last))
    async with store.transaction():
        assert await store.books.divide(Terms("USD", number), records.instant) == 4
    for owned in former:
        with pytest.raises(ShardLost):
            await store.books.commit(owned, records.batch(sequence=99))
    with pytest.raises(WrongShards):
        await store.books.take(0, records.instant, terms=Terms("USD", 4))
    taken = [
        await store.books.take(shard, records.instant, terms=Terms("USD", number))
        for shard in range(number)
    ]
    assert {owned.sequence for owned in taken} == {17}
    assert min(owned.epoch for owned in taken) > max(owned.epoch for owned in former)


async def test_no_owner_from_before_two_divisions_can_commit(
    store: Store, records: Records
) -> None:
    former = await store.books.take(3, records.instant, terms=Terms("USD", 4))
    for number in (2, 4):
        async with store.transaction():
            await store.books.divide(Terms("USD", number), records.instant)
    with pytest.raises(ShardLost):
        await store.books.commit(former, records.batch(sequence=99))
    await store.books.take(3, records.instant, terms=Terms("USD", 4))
    with pytest.raises(ShardLost):
        await store.books.commit(former, records.batch(sequence=99))


async def test_an_exchange_that_never_ran_is_divided(store: Store, records: Records) -> None:
    async with store.transaction():
        assert await store.books.divide(Terms("USD", 2), records.instant) == 1
    assert (await store.books.take(1, records.instant, terms=Terms("USD", 2))).sequence == 0
    assert await store.exchange_terms.find() == Terms("USD", 2)


async def test_a_division_that_is_undone_changes_nothing(store: Store, records: Records) -> None:
    async def divide_and_fail() -> None:
        async with store.transaction():
            await store.books.divide(Terms("USD", 2), records.instant)
            raise InterruptedError

    owned = await store.books.take(0, records.instant, terms=Terms("USD", 1))
    with pytest.raises(InterruptedError):
        await divide_and_fail()
    await store.books.commit(owned, records.batch(sequence=9))
    assert (await store.books.take(0, records.instant, terms=Terms("USD", 1))).sequence == 9
