"""How the dispatcher handles messages that come together."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import pytest

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.messaging.dispatcher import Dispatcher
from solebook.composition.adapters import Store
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.consumers import Consumer, Effect
from solebook.ports.language.events import AlarmRaised, UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Message, Queue
from solebook.ports.outbox import Inbox, Note

SUBJECT = UserRegistered.SUBJECT
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class WatchedInbox(Inbox):
    """Counts how often it is read and written, and may hide once what it knows."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.reads = self.writes = 0
        self.hides = False

    async def note(self, handled: Collection[Note], at: datetime) -> None:
        self.writes += 1
        await self._inbox.note(handled, at)

    async def notes_of(self, message_ids: Collection[MessageId]) -> Set[Note]:
        self.reads += 1
        hides, self.hides = self.hides, False
        return set() if hides else await self._inbox.notes_of(message_ids)

    async def contains(self, consumer: str, message_id: MessageId) -> bool:
        return await self._inbox.contains(consumer, message_id)

    async def forget(self, before: datetime) -> int:
        return await self._inbox.forget(before)


@pytest.fixture
def inbox(store: Store) -> WatchedInbox:
    return WatchedInbox(store.inbox)


@pytest.fixture
def dispatcher(
    store: Store,
    inbox: WatchedInbox,
    clock: VirtualClock,
    ids: SeededIds,
    randomness: SeededRandomness,
) -> Dispatcher:
    return Dispatcher(
        transaction=store.transaction,
        inbox=inbox,
        deliveries=store.deliveries,
        wakeups=store.wakeups,
        clock=clock,
        ids=ids,
        randomness=randomness,
        holder="this process",
    )


@pytest.fixture
def messages(clock: VirtualClock, ids: SeededIds) -> list[Message]:
    events = [UserRegistered(UserId(ids.new())) for _ in range(16)]
    return [Message(MessageId(ids.new()), event.key, event, clock.now()) for event in events]


async def nothing(_: Message) -> None:
    """Handle a message without any effect."""


@pytest.mark.parametrize("effect", [Effect.INSIDE, Effect.OUTSIDE])
async def test_the_inbox_is_read_once_and_written_once_for_messages_that_come_together(
    dispatcher: Dispatcher, inbox: WatchedInbox, messages: list[Message], effect: Effect
) -> None:
    for name in ("one", "two"):
        dispatcher.subscribe(Consumer(name, SUBJECT, nothing, Queue.TRADE, effect), here=True)
    await dispatcher.dispatch(messages)
    assert (inbox.reads, inbox.writes) == (1, 1)


async def test_an_effect_that_another_process_also_had_is_rolled_back(
    dispatcher: Dispatcher, inbox: WatchedInbox, store: Store, messages: list[Message]
) -> None:
    async def effect(message: Message) -> None:
        await store.outbox.add(message.event)

    dispatcher.subscribe(Consumer("one", SUBJECT, effect, Queue.TRADE, Effect.INSIDE), here=True)
    await dispatcher.dispatch(messages[:1])
    inbox.hides = True  # as if the other's notes were not committed yet
    await dispatcher.dispatch(messages)
    effects = [message.key for message in await store.outbox.unsent(100)]
    assert effects == [message.key for message in messages]


async def test_a_message_that_comes_twice_together_is_handled_once(
    dispatcher: Dispatcher, messages: list[Message]
) -> None:
    handled: list[Message] = []

    async def note(message: Message) -> None:
        handled.append(message)

    dispatcher.subscribe(Consumer("one", SUBJECT, note, Queue.TRADE, Effect.INSIDE), here=True)
    await dispatcher.dispatch([*messages, messages[0]])
    assert handled == messages


@dataclass
class Several:
    """A consumer that handles several messages at once, except those that are broken."""

    calls: list[list[Message]] = field(default_factory=list)
    broken: Message | None = None

    async def handle(self, message: Message) -> None:
        await self.handle_all([message])

    async def handle_all(self, messages: Sequence[Message]) -> None:
        self.calls.append([*messages])
        if self.broken in messages:
            raise LookupError("it is broken")


@pytest.fixture(params=[Queue.LETTERS, Queue.TRADE])
def queue(request: pytest.FixtureRequest) -> Queue:
    """A queue in which messages wait, and one in which they are handled as they come."""
    queue: Queue = request.param
    return queue


@pytest.fixture
def several(dispatcher: Dispatcher, queue: Queue) -> Several:
    several = Several()
    inside = partial(
        Consumer,
        handle=several.handle,
        queue=queue,
        effect=Effect.INSIDE,
        handle_all=several.handle_all,
    )
    dispatcher.subscribe(inside("welcome", SUBJECT), here=True)
    dispatcher.subscribe(inside("alarms", AlarmRaised.SUBJECT), here=True)
    return several


async def test_messages_of_a_portion_are_handled_at_once_although_their_subjects_differ(
    dispatcher: Dispatcher, several: Several, queue: Queue, messages: list[Message]
) -> None:
    alarm = AlarmRaised(AlarmKind.PAIR_NOT_CLAIMED, None, "nobody has claimed it")
    together = [messages[0], replace(messages[1], key=alarm.key, event=alarm), *messages[2:4]]
    await dispatcher.dispatch(together)
    await dispatcher.work_off(queue)
    assert [{*call} for call in several.calls] == [{*together}]


async def test_of_messages_that_fail_at_once_only_the_one_that_fails_alone_is_retried(
    dispatcher: Dispatcher,
    store: Store,
    several: Several,
    queue: Queue,
    messages: list[Message],
) -> None:
    several.broken = messages[2]
    await dispatcher.dispatch(messages[:4])
    await dispatcher.work_off(queue)
    assert several.calls == [messages[:4], *([message] for message in messages[:4])]
    [left] = await store.deliveries.first_in(queue, NEVER, 100)
    assert (left.message, left.attempts) == (messages[2], 1)


async def test_a_message_that_fails_without_others_is_not_handled_again_at_once(
    dispatcher: Dispatcher, several: Several, queue: Queue, messages: list[Message]
) -> None:
    several.broken = messages[0]
    await dispatcher.dispatch(messages[:1])
    await dispatcher.work_off(queue)
    assert several.calls == [messages[:1]]
