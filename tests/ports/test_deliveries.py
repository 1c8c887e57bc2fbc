"""Contracts of Deliveries and DeadLetters."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Delivery
from solebook.ports.language.paging import PageRequest

from .pages import all_pages
from .records import Records


class Boom(Exception):
    """Something went wrong inside a block."""


async def put(store: Store, *deliveries: Delivery) -> None:
    async with store.transaction():
        for delivery in deliveries:
            await store.deliveries.put(delivery)


async def due(store: Store, records: Records, minute: int = 0) -> list[Delivery]:
    now = records.instant + timedelta(minutes=minute)
    return list(await store.deliveries.due(now, 100, queued=False))


async def replay(store: Store, delivery_id: MessageId, records: Records, minute: int) -> None:
    async with store.transaction():
        at = records.instant + timedelta(minutes=minute)
        await store.dead_letters.replay(delivery_id, at)


async def test_a_delivery_is_kept_whole_until_it_is_removed(store: Store, records: Records) -> None:
    delivery, other = records.delivery(error="Käse: 1"), records.delivery()
    await put(store, delivery, other)
    assert await due(store, records) == [delivery, other]
    async with store.transaction():
        await store.deliveries.remove(delivery.consumer, delivery.message.id)
        await store.deliveries.remove("nobody", other.message.id)
        await store.deliveries.remove(delivery.consumer, records.message().id)
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


async def test_due_deliveries_come_longest_overdue_first(store: Store, records: Records) -> None:
    now = records.instant
    deliveries = [
        records.delivery(due_at=now + timedelta(microseconds=us)) for us in (-1, -3, 0, 1)
    ]
    dead = records.delivery(due_at=now - timedelta(days=1), dead=True)
    await put(store, *deliveries, dead)
    overdue = [deliveries[n] for n in (1, 0, 2)]
    assert list(await store.deliveries.due(now, 10, queued=False)) == overdue
    assert list(await store.deliveries.due(now, 2, queued=False)) == overdue[:2]


async def test_queued_deliveries_and_the_others_are_due_apart(
    store: Store, records: Records
) -> None:
    now = records.instant
    others = [records.delivery() for _ in range(3)]
    queued = [records.delivery(queued=True, attempts=0, error="") for _ in range(3)]
    await put(store, *queued, *others, records.delivery(queued=True, dead=True))
    assert list(await store.deliveries.due(now, 10, queued=False)) == others
    assert list(await store.deliveries.due(now, 10, queued=True)) == queued
    assert list(await store.deliveries.due(now, 2, queued=True)) == queued[:2]


async def test_dead_deliveries_are_paged_newest_first(store: Store, records: Records) -> None:
    deliveries = [records.delivery(dead=True, attempts=8) for _ in range(5)]
    await put(store, *(deliveries[n] for n in (3, 0, 4, 1, 2)), records.delivery())
    assert await all_pages(store.dead_letters.page) == deliveries[::-1]


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
