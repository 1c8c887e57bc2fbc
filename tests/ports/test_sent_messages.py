"""The contract of SentMessages."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.messages import Message, Position

from .records import Records


class Boom(Exception):
    """Something went wrong inside a block."""


async def added(store: Store, records: Records, count: int) -> Sequence[Message]:
    async with store.transaction():
        await store.outbox.add(*(records.event() for _ in range(count)))
    return (await store.outbox.unsent(100))[-count:]


async def move(store: Store, messages: Sequence[Message], position: Position) -> None:
    async with store.transaction():
        await store.sent_messages.move([message.id for message in messages], position)


async def send_again(store: Store) -> int:
    async with store.transaction():
        return await store.sent_messages.send_again()


async def test_nothing_was_sent_at_first(store: Store) -> None:
    assert await store.sent_messages.position() is None
    assert await send_again(store) == 0
    async with store.transaction():
        assert await store.sent_messages.send_latest_again(timedelta(minutes=1)) == 0


async def test_sent_messages_leave_the_outbox(store: Store, records: Records) -> None:
    messages = await added(store, records, 3)
    await move(store, messages[:2], Position("one", 17))
    assert await store.outbox.unsent(10) == messages[2:]
    assert await store.sent_messages.position() == Position("one", 17)


async def test_the_highest_position_of_the_stream_is_kept(store: Store, records: Records) -> None:
    for position, kept in (
        (Position("one", 17), 17),
        (Position("one", 3), 17),
        (Position("one", 18), 18),
        (Position("two", 1), 1),
    ):
        await move(store, await added(store, records, 1), position)
        assert await store.sent_messages.position() == Position(position.stream, kept)


async def test_a_broker_knows_an_exchange_under_the_first_name_that_it_was_given(
    store: Store, records: Records
) -> None:
    for name in ("first", "second"):
        async with store.transaction():
            assert await store.sent_messages.known_as(name) == "first"
    await move(store, await added(store, records, 1), Position("one", 17))
    assert await send_again(store) == 1
    async with store.transaction():
        assert await store.sent_messages.known_as("third") == "first"


async def test_messages_are_sent_again_in_their_places(store: Store, records: Records) -> None:
    messages = await added(store, records, 6)
    await move(store, messages[:2], Position("one", 2))
    await move(store, messages[3:5], Position("one", 4))
    assert await send_again(store) == 4
    everything = await store.outbox.unsent(10)
    assert everything[:2] == messages[:2]
    assert set(everything) == set(messages)
    assert [m for m in everything if m in messages[3:5]] == messages[3:5]
    assert await store.sent_messages.position() is None
    assert await send_again(store) == 0
    priority = messages[0].event.priority
    of_priority = await store.outbox.unsent(10, priority=priority)
    assert of_priority == [m for m in everything if m.event.priority is priority]


async def test_messages_that_are_sent_again_go_before_later_ones(
    store: Store, records: Records
) -> None:
    sent = await added(store, records, 2)
    await move(store, sent, Position("one", 2))
    later = await added(store, records, 2)
    await send_again(store)
    assert await store.outbox.unsent(10) == [*sent, *later]
    await move(store, [*sent, *later], Position("one", 4))
    assert await store.outbox.unsent(10) == []
    assert await send_again(store) == 4


async def test_old_messages_are_forgotten_and_the_position_is_not(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    first = await added(store, records, 2)
    await move(store, first, Position("one", 2))
    await clock.advance(timedelta(minutes=5))
    second = await added(store, records, 1)
    await move(store, second, Position("one", 3))
    async with store.transaction():
        assert await store.sent_messages.forget(timedelta(minutes=4)) == 2
        assert await store.sent_messages.forget(timedelta(minutes=4)) == 0
    assert await store.sent_messages.position() == Position("one", 3)
    await send_again(store)
    assert await store.outbox.unsent(10) == second


async def test_the_latest_messages_are_sent_again_alone(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    early = await added(store, records, 2)
    await move(store, early, Position("one", 2))
    await clock.advance(timedelta(seconds=11))
    latest = await added(store, records, 3)
    await move(store, latest[:1], Position("one", 3))
    await clock.advance(timedelta(seconds=10))
    await move(store, latest[1:], Position("one", 5))
    await clock.advance(timedelta(minutes=1))
    async with store.transaction():
        assert await store.sent_messages.send_latest_again(timedelta(seconds=10)) == 3
    assert await store.outbox.unsent(10) == latest
    assert await store.sent_messages.position() == Position("one", 5)
    assert await send_again(store) == 2


async def test_what_is_rolled_back_was_not_sent(store: Store, records: Records) -> None:
    messages = await added(store, records, 3)

    async def move_and_fail() -> None:
        async with store.transaction():
            await store.sent_messages.move([messages[0].id], Position("one", 1))
            raise Boom

    async def send_again_and_fail() -> None:
        async with store.transaction():
            await store.sent_messages.send_again()
            raise Boom

    with pytest.raises(Boom):
        await move_and_fail()
    assert await store.outbox.unsent(10) == messages
    assert await store.sent_messages.position() is None
    await move(store, messages[:2], Position("one", 2))
    with pytest.raises(Boom):
        await send_again_and_fail()
    assert await store.outbox.unsent(10) == messages[2:]
    assert await store.sent_messages.position() == Position("one", 2)
