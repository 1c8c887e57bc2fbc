"""The contract of Inbox."""

import asyncio
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import Outdated
from solebook.ports.language.ids import MessageId

from .records import Records


class Boom(Exception):
    """Stands for any error in a handler."""


async def note(store: Store, consumer: str, message_id: MessageId, records: Records) -> bool:
    """Note that a message is handled. Return False if it was noted before."""
    try:
        async with store.transaction():
            await store.inbox.note([(consumer, message_id)], records.instant)
    except Outdated:
        return False
    return True


async def test_a_consumer_handles_a_message_once(store: Store, records: Records) -> None:
    one, two = records.message().id, records.message().id
    assert not await store.inbox.contains("welcome", one)
    assert await note(store, "welcome", one, records) is True
    assert await note(store, "welcome", one, records) is False
    assert await note(store, "audit", one, records) is True
    assert await note(store, "welcome", two, records) is True
    assert await store.inbox.contains("welcome", one)
    assert await store.inbox.contains("audit", one)
    assert not await store.inbox.contains("audit", two)


async def test_notes_of_many_messages_are_made_and_read_at_once(
    store: Store, records: Records
) -> None:
    one, two, three = (records.message().id for _ in range(3))
    notes = [("welcome", one), ("audit", one), ("welcome", two)]
    async with store.transaction():
        await store.inbox.note(notes, records.instant)
        await store.inbox.note([], records.instant)
    assert await store.inbox.notes_of([one, two, three]) == set(notes)
    assert await store.inbox.notes_of([three]) == await store.inbox.notes_of([]) == set()


async def test_notes_with_a_duplicate_are_refused(store: Store, records: Records) -> None:
    one, two = (records.message().id for _ in range(2))
    assert await note(store, "welcome", one, records)
    with pytest.raises(Outdated):
        async with store.transaction():
            await store.inbox.note([("welcome", two), ("welcome", one)], records.instant)
    assert await store.inbox.notes_of([one, two]) == {("welcome", one)}


async def test_rolled_back_message_was_not_handled(store: Store, records: Records) -> None:
    message_id = records.message().id

    async def handle_and_fail() -> None:
        async with store.transaction():
            await store.inbox.note([("welcome", message_id)], records.instant)
            assert await store.inbox.contains("welcome", message_id)
            raise Boom

    with pytest.raises(Boom):
        await handle_and_fail()
    assert not await store.inbox.contains("welcome", message_id)
    assert await note(store, "welcome", message_id, records) is True


async def test_only_one_of_many_concurrent_handlers_notes_a_message(
    store: Store, records: Records
) -> None:
    message_id = records.message().id
    noted = await asyncio.gather(*(note(store, "welcome", message_id, records) for _ in range(5)))
    assert sum(noted) == 1


async def test_old_notes_are_forgotten_and_counted(store: Store, records: Records) -> None:
    ids = [records.message().id for _ in range(4)]
    async with store.transaction():
        for minute, message_id in enumerate(ids):
            at = records.instant + timedelta(minutes=minute)
            await store.inbox.note([("welcome", message_id)], at)
        assert await store.inbox.forget(records.instant + timedelta(minutes=2)) == 2
    async with store.transaction():
        assert await store.inbox.forget(records.instant + timedelta(minutes=2)) == 0
    known = [await store.inbox.contains("welcome", message_id) for message_id in ids]
    assert known == [False, False, True, True]
