"""Contract of the claims of deliveries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.messages import Claim, Delivery, Queue
from solebook.ports.language.priority import Priority

from .records import Records

LIFE = timedelta(seconds=30)
ONE, OTHER = Claim("one", LIFE), Claim("other", LIFE)


class Boom(Exception):
    """Something went wrong inside a block."""


def charge(records: Records, **fields: Any) -> Delivery:
    return records.delivery(**{"queue": Queue.CHARGES, "attempts": 0, "error": ""} | fields)


async def claimed(
    store: Store, clock: VirtualClock, claim: Claim = ONE, limit: int = 100, **asked: Any
) -> Sequence[Delivery]:
    now = clock.now() + timedelta(seconds=1)  # records are some microseconds ahead
    return list(await store.deliveries.claim(Queue.CHARGES, claim, now, limit, **asked))


async def add(store: Store, *deliveries: Delivery) -> None:
    async with store.transaction():
        await store.deliveries.add(deliveries)


async def held(store: Store, deliveries: Sequence[Delivery], claim: Claim) -> Sequence[Delivery]:
    async with store.transaction():
        return list(await store.deliveries.held(deliveries, claim.holder))


async def test_what_one_holder_claims_is_not_claimed_by_another(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    first, second, third = (charge(records) for _ in range(3))
    await add(store, first, second, third)
    assert await claimed(store, clock, ONE, 2) == [first, second]
    assert await claimed(store, clock, OTHER) == [third]
    assert await claimed(store, clock, ONE) == [first, second]


async def test_claims_are_in_processing_order(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    low = charge(records, priority=Priority.LOW)
    greedy = [charge(records, turn="greedy") for _ in range(2)]
    modest, high = charge(records, turn="modest"), charge(records, priority=Priority.HIGH)
    await add(store, low, *greedy, modest, high)
    assert await claimed(store, clock) == [high, greedy[0], modest, low]


async def test_what_is_not_due_or_dead_or_in_another_queue_is_not_claimed(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    later = charge(records, due_at=records.instant + timedelta(minutes=1))
    await add(store, later, charge(records, dead=True), charge(records, queue=Queue.REFUNDS))
    assert await claimed(store, clock) == []


async def test_a_turn_belongs_to_one_holder_at_a_time(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    first, second = (charge(records, turn="buyer") for _ in range(2))
    high = charge(records, turn="buyer", priority=Priority.HIGH)
    await add(store, first, second)
    assert await claimed(store, clock, ONE) == [first]
    await add(store, high)
    assert await claimed(store, clock, OTHER) == []
    async with store.transaction():
        await store.deliveries.remove([first])
    assert await claimed(store, clock, OTHER) == [high, second]
    assert await claimed(store, clock, ONE) == []


async def test_turns_can_be_omitted(store: Store, records: Records, clock: VirtualClock) -> None:
    of_buyer, alone, free = charge(records, turn="buyer"), charge(records), charge(records)
    await add(store, of_buyer, alone, free)
    but = {of_buyer.turn_in_line, alone.turn_in_line}
    assert await claimed(store, clock, but=but) == [free]
    assert await claimed(store, clock, OTHER, 1) == [of_buyer]


async def test_a_claim_ends_with_its_life_unless_it_is_renewed(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    renewed, forgotten = charge(records), charge(records)
    await add(store, renewed, forgotten)
    await claimed(store, clock, ONE)
    await clock.advance(LIFE - timedelta(microseconds=1))
    assert await claimed(store, clock, OTHER) == []
    async with store.transaction():
        await store.deliveries.renew([renewed], ONE)
    await clock.advance(timedelta(microseconds=1))
    assert await claimed(store, clock, OTHER) == [forgotten]
    await clock.advance(LIFE)
    assert await claimed(store, clock, OTHER) == [renewed, forgotten]


async def test_a_claim_that_is_made_again_lives_longer(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    delivery = charge(records)
    await add(store, delivery)
    await claimed(store, clock, ONE)
    await clock.advance(LIFE * 0.9)
    assert await claimed(store, clock, ONE) == [delivery]
    await clock.advance(LIFE * 0.9)
    assert await claimed(store, clock, OTHER) == []


async def test_a_lost_claim_is_neither_held_nor_renewed(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    lost, kept = charge(records), charge(records)
    await add(store, lost, kept)
    await claimed(store, clock, ONE)
    await clock.advance(LIFE)
    assert await held(store, [lost, kept], ONE) == [lost, kept]  # nobody else wants them
    assert await claimed(store, clock, OTHER, 1) == [lost]
    assert await held(store, [lost, kept], ONE) == [kept]
    async with store.transaction():
        await store.deliveries.renew([lost, kept], ONE)
    assert await held(store, [lost, kept], OTHER) == [lost]


async def test_claims_that_are_given_back_are_free_at_once(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    first, second = charge(records), charge(records)
    await add(store, first, second)
    await claimed(store, clock, ONE, 1)
    await claimed(store, clock, OTHER)
    async with store.transaction():
        await store.deliveries.release(Queue.REFUNDS, ONE.holder)
    assert await claimed(store, clock, OTHER) == [second]
    async with store.transaction():
        await store.deliveries.release(Queue.CHARGES, ONE.holder)
    assert await claimed(store, clock, OTHER) == [first, second]


async def test_a_delivery_that_is_put_again_is_free(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    delivery = charge(records)
    await add(store, delivery)
    await claimed(store, clock, ONE)
    again = replace(delivery, attempts=1, error="Boom")
    async with store.transaction():
        await store.deliveries.put(again)
    assert await claimed(store, clock, OTHER) == [again]


async def test_a_claim_in_a_block_that_fails_is_none(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    delivery = charge(records)
    await add(store, delivery)

    async def claim_and_fail() -> None:
        async with store.transaction():
            assert await claimed(store, clock, ONE) == [delivery]
            raise Boom

    with pytest.raises(Boom):
        await claim_and_fail()
    assert await claimed(store, clock, OTHER) == [delivery]
