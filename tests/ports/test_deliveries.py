"""Contracts of Deliveries and DeadLetters."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Claim, Delivery, Queue
from solebook.ports.language.paging import Page, PageRequest
from solebook.ports.language.priority import Priority

from .pages import all_pages
from .records import Records

MINUTE = timedelta(minutes=1)


class Boom(Exception):
    """Something went wrong inside a block."""


async def put(store: Store, *deliveries: Delivery) -> None:
    async with store.transaction():
        for delivery in deliveries:
            await store.deliveries.put(delivery)


async def due(store: Store, records: Records, minute: int = 0) -> list[Delivery]:
    now = records.instant + timedelta(minutes=minute)
    return list(await store.deliveries.first_in(Queue.TRADE, now, 100))


def queued(records: Records, **fields: Any) -> Delivery:
    return records.delivery(**{"queue": Queue.LETTERS, "attempts": 0, "error": ""} | fields)


async def first(
    store: Store,
    records: Records,
    limit: int = 100,
    *,
    minute: int = 0,
    queue: Queue = Queue.LETTERS,
) -> list[Delivery]:
    now = records.instant + timedelta(minutes=minute)
    return list(await store.deliveries.first_in(queue, now, limit))


async def remove(store: Store, *deliveries: Delivery) -> None:
    async with store.transaction():
        await store.deliveries.remove(deliveries)


async def taken(store: Store, records: Records, *, minute: int = 0) -> list[Delivery]:
    """Return all deliveries of the queue, removing each before reading the next."""
    everything: list[Delivery] = []
    while one := await first(store, records, 1, minute=minute):
        everything += one
        await remove(store, *one)
    return everything


async def replay(store: Store, delivery_id: MessageId, records: Records, minute: int) -> None:
    async with store.transaction():
        at = records.instant + timedelta(minutes=minute)
        await store.dead_letters.replay(delivery_id, at)


async def test_delivery_is_stored_completely_until_it_is_removed(
    store: Store, records: Records
) -> None:
    delivery, other = records.delivery(error="Käse: 1"), records.delivery()
    await put(store, delivery, other)
    assert await due(store, records) == [delivery, other]
    async with store.transaction():
        gone = [records.delivery(), replace(other, id=records.message().id)]
        await store.deliveries.remove([delivery, *gone])
    assert await due(store, records) == [other]


async def test_a_delivery_put_again_replaces_the_one_of_its_consumer_and_message(
    store: Store, records: Records
) -> None:
    first = records.delivery()
    elsewhere = records.delivery(consumer="audit", message=first.message)
    await put(store, first, elsewhere)
    again = replace(first, attempts=2, error="Boom", due_at=records.instant + timedelta(minutes=1))
    await put(store, again)
    assert await due(store, records) == [elsewhere]
    assert await due(store, records, minute=1) == [elsewhere, again]


async def test_a_delivery_that_is_added_again_stays_as_it_is(
    store: Store, records: Records
) -> None:
    failed, other = queued(records, attempts=3, error="Boom"), queued(records)
    await put(store, failed)
    async with store.transaction():
        await store.deliveries.add([replace(failed, attempts=0, error=""), other])
    assert await first(store, records) == [failed, other]


async def test_deliveries_that_are_added_stand_in_line_in_their_order(
    store: Store, records: Records
) -> None:
    a, b, more_of_a = (queued(records, turn=turn) for turn in ("a", "b", "a"))
    async with store.transaction():
        await store.deliveries.add([a, b, more_of_a])
    assert await first(store, records) == [a, b]
    assert await taken(store, records) == [a, b, more_of_a]


async def test_deliveries_of_one_turn_are_removed_together(store: Store, records: Records) -> None:
    *several, last = (queued(records, turn="a") for _ in range(4))
    other = queued(records, turn="b")
    await put(store, *several, other, last)
    await remove(store, *several)
    assert await first(store, records) == [other, last]


async def test_dead_letters_and_later_deliveries_are_not_due(
    store: Store, records: Records
) -> None:
    now = records.instant
    deliveries = [
        records.delivery(due_at=now + timedelta(microseconds=us)) for us in (-1, -3, 0, 1)
    ]
    dead = records.delivery(due_at=now - timedelta(days=1), dead=True)
    await put(store, *deliveries, dead)
    overdue = [deliveries[n] for n in (1, 0, 2)]
    assert sorted(await due(store, records), key=lambda delivery: delivery.due_at) == overdue


async def test_what_waits_in_a_queue_is_not_due_elsewhere(store: Store, records: Records) -> None:
    others = [records.delivery() for _ in range(3)]
    letters = [queued(records) for _ in range(3)]
    charges = [queued(records, queue=Queue.CHARGES) for _ in range(3)]
    await put(store, *letters, *others, *charges, queued(records, dead=True))
    assert await due(store, records) == others
    assert await first(store, records) == letters
    assert await first(store, records, queue=Queue.CHARGES) == charges


async def test_dead_deliveries_are_paged_newest_first(store: Store, records: Records) -> None:
    deliveries = [records.delivery(dead=True, attempts=8) for _ in range(5)]
    await put(store, *(deliveries[n] for n in (3, 0, 4, 1, 2)), records.delivery())
    assert await all_pages(store.dead_letters.page) == deliveries[::-1]


async def test_dead_deliveries_of_one_queue_are_paged(store: Store, records: Records) -> None:
    charges = [queued(records, queue=Queue.CHARGES, dead=True) for _ in range(2)]
    await put(store, *charges, queued(records, dead=True), queued(records, queue=Queue.CHARGES))

    async def page(request: PageRequest) -> Page[Delivery]:
        return await store.dead_letters.page(request, Queue.CHARGES)

    assert await all_pages(page) == charges[::-1]


async def test_without_dead_deliveries_there_is_one_empty_page(
    store: Store, records: Records
) -> None:
    await put(store, records.delivery())
    page = await store.dead_letters.page(PageRequest())
    assert (tuple(page.items), page.next_cursor) == ((), None)


async def test_a_replayed_delivery_is_due_again_with_its_tries_reset(
    store: Store, records: Records
) -> None:
    dead = records.delivery(dead=True, attempts=8)
    other = records.delivery(dead=True, attempts=8)
    await put(store, dead, other)
    await replay(store, dead.id, records, minute=5)
    at = records.instant + timedelta(minutes=5)
    assert await due(store, records, minute=4) == []
    assert await due(store, records, minute=5) == [replace(dead, dead=False, attempts=0, due_at=at)]
    assert await all_pages(store.dead_letters.page) == [other]


async def test_a_delivery_can_be_replayed_in_no_block_and_in_one_that_fails(
    store: Store, records: Records
) -> None:
    dead = records.delivery(dead=True, attempts=8)
    await put(store, dead)

    async def replay_and_fail() -> None:
        async with store.transaction():
            await store.dead_letters.replay(dead.id, records.instant)
            raise Boom

    with pytest.raises(Boom):
        await replay_and_fail()
    assert await all_pages(store.dead_letters.page) == [dead]
    await store.dead_letters.replay(dead.id, records.instant)
    assert len(await due(store, records)) == 1


async def test_only_a_dead_delivery_can_be_replayed(store: Store, records: Records) -> None:
    alive = records.delivery()
    await put(store, alive)
    for unknown in (alive.id, MessageId(records.ids.new())):
        with pytest.raises(NotFound) as refused:
            await replay(store, unknown, records, minute=5)
        assert refused.value.id == unknown
    assert await due(store, records) == [alive]


async def test_a_delivery_that_dies_again_is_a_dead_letter_again(
    store: Store, records: Records
) -> None:
    dead = records.delivery(dead=True, attempts=8)
    await put(store, dead)
    await replay(store, dead.id, records, minute=0)
    await put(store, dead)
    assert await due(store, records) == []
    assert await all_pages(store.dead_letters.page) == [dead]


async def test_oldest_waiting_delivery_is_found_by_its_events_instant(
    store: Store, records: Records
) -> None:
    assert await store.deliveries.oldest() is None
    ago = [timedelta(days=days) for days in (1, 3, 2)]
    messages = [replace(records.message(), occurred_at=records.instant - days) for days in ago]
    new, old, older = (records.delivery(message=message) for message in messages)
    dead = replace(records.message(), occurred_at=records.instant - timedelta(days=9))
    await put(store, new, old, replace(older, queue=Queue.LETTERS))
    await put(store, records.delivery(message=dead, dead=True))
    assert await store.deliveries.oldest() == records.instant - timedelta(days=3)
    await remove(store, old)
    assert await store.deliveries.oldest() == records.instant - timedelta(days=2)


# ---- queues --------------------------------------------------------------------------------------


async def test_highest_priority_comes_first(store: Store, records: Records) -> None:
    low, normal = queued(records, priority=Priority.LOW), queued(records)
    high = queued(records, priority=Priority.HIGH)
    await put(store, low, normal, high)
    assert await first(store, records) == [high, normal, low]
    assert await first(store, records, 2) == [high, normal]


async def test_first_deliveries_of_all_turns_come_before_second_ones(
    store: Store, records: Records
) -> None:
    greedy = [queued(records, turn="greedy") for _ in range(5)]
    modest, another = queued(records, turn="modest"), queued(records, turn="another")
    alone = queued(records)
    await put(store, *greedy, modest, another, alone)
    assert await first(store, records) == [greedy[0], modest, another, alone]
    assert await taken(store, records) == [greedy[0], modest, another, alone, *greedy[1:]]


async def test_new_turn_waits_for_at_most_one_delivery_of_another_turn(
    store: Store, records: Records
) -> None:
    greedy = [queued(records, turn="greedy") for _ in range(100)]
    await put(store, *greedy)
    await remove(store, *greedy[:50])
    late = queued(records, turn="late")
    await put(store, late)
    assert (await taken(store, records))[:3] == [greedy[50], late, greedy[51]]


async def test_turns_alternate_with_any_number_of_deliveries(
    store: Store, records: Records
) -> None:
    a, b = ([queued(records, turn=name) for _ in range(3)] for name in "ab")
    await put(store, *a, *b)
    assert [delivery.turn for delivery in await taken(store, records)] == list("ababab")


async def test_longest_overdue_delivery_of_any_priority_goes_first_if_asked_for(
    store: Store, records: Records
) -> None:
    async def claimed(overdue_since: datetime | None) -> list[Delivery]:
        now = records.instant + MINUTE
        claim = Claim("one", MINUTE)
        return list(
            await store.deliveries.claim(Queue.LETTERS, claim, now, 2, overdue_since=overdue_since)
        )

    async def longest_due() -> Delivery | None:
        return next(iter(await claimed(records.instant + MINUTE)), None)

    assert await longest_due() is None
    priorities = (Priority.NORMAL, Priority.LOW, Priority.HIGH)
    waiting = [
        queued(records, priority=priority, due_at=records.instant + timedelta(seconds=number))
        for number, priority in enumerate(priorities)
    ]
    later = queued(records, priority=Priority.LOW, due_at=records.instant + 2 * MINUTE)
    await put(store, *waiting[::-1], later)
    normal, _, high = waiting
    assert await claimed(None) == [high, normal]
    assert await claimed(records.instant - MINUTE) == [high, normal]
    assert await claimed(records.instant) == [normal, high]
    for delivery in waiting:
        assert await longest_due() == delivery
        await remove(store, delivery)
    assert await longest_due() is None


async def test_a_high_priority_does_not_wait_behind_its_turns_other_deliveries(
    store: Store, records: Records
) -> None:
    low = [queued(records, turn="a", priority=Priority.LOW) for _ in range(3)]
    others = [queued(records, turn=str(n)) for n in range(3)]
    high = queued(records, turn="a", priority=Priority.HIGH)
    await put(store, *low, *others, high)
    assert await taken(store, records) == [high, *others, *low]


async def test_delivery_to_be_retried_lets_the_next_of_its_turn_go_first(
    store: Store, records: Records
) -> None:
    failing, following = (queued(records, turn="a") for _ in range(2))
    other = queued(records, turn="b")
    await put(store, failing, following, other)
    later = records.instant + timedelta(minutes=5)
    again = replace(failing, attempts=1, error="Boom", due_at=later)
    await put(store, again)
    assert await first(store, records) == [other, following]
    await remove(store, other, following)
    assert await first(store, records) == []
    assert await first(store, records, minute=5) == [again]
    fresh = queued(records, turn="a")
    await put(store, fresh)
    assert await first(store, records) == [fresh]
    await remove(store, fresh)
    assert await first(store, records, minute=5) == [again]


async def test_a_dead_letter_leaves_the_line_and_joins_its_end_when_it_is_replayed(
    store: Store, records: Records
) -> None:
    dying, following = (queued(records, turn="a") for _ in range(2))
    other = queued(records, turn="b")
    await put(store, dying, following, other)
    await put(store, replace(dying, dead=True))
    assert await first(store, records) == [other, following]
    await remove(store, following)
    await store.dead_letters.replay(dying.id, records.instant)
    assert await first(store, records) == [other, dying]


async def test_a_delivery_that_is_put_in_another_queue_leaves_the_first(
    store: Store, records: Records
) -> None:
    letter = queued(records, turn="a")
    await put(store, letter)
    moved = replace(letter, queue=Queue.CHARGES, priority=Priority.HIGH, turn="")
    await put(store, moved)
    assert await first(store, records) == []
    assert await first(store, records, queue=Queue.CHARGES) == [moved]
    plain = replace(letter, queue=Queue.TRADE)
    await put(store, plain)
    assert await first(store, records, queue=Queue.CHARGES) == []
    assert await due(store, records) == [plain]


async def test_uncommitted_delivery_is_in_no_line(store: Store, records: Records) -> None:
    kept, other = queued(records, turn="a"), queued(records, turn="b")
    await put(store, kept, other)

    async def fail() -> None:
        async with store.transaction():
            await store.deliveries.remove([kept])
            await store.deliveries.put(queued(records, turn="c"))
            raise Boom

    with pytest.raises(Boom):
        await fail()
    assert await first(store, records) == [kept, other]
