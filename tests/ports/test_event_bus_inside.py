"""Contract of EventBus: consumers that only write to the store."""

from collections.abc import Awaitable, Callable

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer, Effect
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.messages import Message, Queue

from .consumers import LONG, SUBJECT, consumer
from .records import Records


class Writer:
    """Adds a user for each message, and then fails with the given exceptions."""

    def __init__(self, store: Store, records: Records, *failures: Exception) -> None:
        self._store = store
        self._records = records
        self.failures = list(failures)
        self.emails: list[str] = []

    async def __call__(self, message: Message) -> None:
        user = self._records.user()
        await self._store.users.add(user)
        self.emails.append(user.email)
        if self.failures:
            raise self.failures.pop(0)

    async def written(self) -> int:
        """Return the number of stored users."""
        found = [await self._store.users.find_by_email(email) for email in self.emails]
        return sum(user is not None for user in found)


def inside(
    name: str, handle: Callable[[Message], Awaitable[None]], queue: Queue = Queue.TRADE
) -> Consumer:
    return Consumer(name, SUBJECT, handle, queue, Effect.INSIDE)


@pytest.mark.parametrize("failure", [Unavailable("mail"), AssertionError("bug"), KeyError("bug")])
async def test_failed_consumer_does_not_roll_back_the_others(
    bus: EventBus, store: Store, records: Records, clock: VirtualClock, failure: Exception
) -> None:
    before, failing, after = (
        Writer(store, records),
        Writer(store, records, failure),
        Writer(store, records),
    )
    for name, writer in (("before", before), ("failing", failing), ("after", after)):
        bus.subscribe(inside(name, writer))
    await bus.publish(records.message(), records.message())
    assert [await writer.written() for writer in (before, failing, after)] == [2, 1, 2]
    await clock.advance(LONG)
    assert await bus.work_off(Queue.TRADE) == 1
    assert [await writer.written() for writer in (before, failing, after)] == [2, 2, 2]
    assert await bus.work_off(Queue.TRADE) == 0


async def test_a_message_that_is_published_again_has_its_effect_once(
    bus: EventBus, store: Store, records: Records
) -> None:
    writer, queued = Writer(store, records), Writer(store, records)
    bus.subscribe(inside("writer", writer))
    bus.subscribe(inside("queued", queued, Queue.LETTERS))
    message = records.message()
    await bus.publish(message, records.message())
    await bus.work_off(Queue.LETTERS)
    await bus.publish(message)
    await bus.work_off(Queue.LETTERS)
    assert (await writer.written(), await queued.written()) == (2, 2)


async def test_in_a_queue_a_failure_is_undone_and_the_message_tried_again(
    bus: EventBus, store: Store, records: Records, clock: VirtualClock
) -> None:
    writer = Writer(store, records, Unavailable("mail"))
    bus.subscribe(inside("writer", writer, Queue.LETTERS))
    await bus.publish(records.message())
    assert await writer.written() == 0
    assert await bus.work_off(Queue.LETTERS) == 1
    assert await writer.written() == 0
    await clock.advance(LONG)
    assert await bus.work_off(Queue.LETTERS) == 1
    assert await writer.written() == 1
    assert await bus.work_off(Queue.LETTERS) == 0


async def test_messages_of_a_key_come_in_the_order_in_which_they_are_published(
    bus: EventBus, records: Records
) -> None:
    got: dict[str, list[Message]] = {"one by one": [], "inside": []}

    async def note(message: Message) -> None:
        got["one by one"].append(message)

    async def note_inside(message: Message) -> None:
        got["inside"].append(message)

    bus.subscribe(consumer("note", note))
    bus.subscribe(inside("inside", note_inside))
    messages = [records.message(key="one") for _ in range(5)]
    await bus.publish(*messages)
    assert got == {"one by one": messages, "inside": messages}
