"""A channel whose messenger hangs slows no other."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from solebook.adapters.memory.messengers import MemoryPushMessenger, MemoryTextMessenger
from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.embedded import embedded_adapters
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.composition.notifications import notifications_routes, notifications_use_cases
from solebook.ports.language.events import NotificationRequested
from solebook.ports.language.ids import MessageId
from solebook.ports.language.mail import Mail, Undeliverable
from solebook.ports.language.messages import NOTIFYING, Message, Queue
from solebook.ports.language.notifications import (
    Channel,
    NotificationKind,
    NotificationPreferences,
    Warehouse,
)
from solebook.ports.language.public_links import PublicLinks
from solebook.ports.language.rules import MarketRules
from solebook.ports.messengers import Mailer

from ...ports.records import Records

EVERYWHERE = tuple((kind, frozenset(Channel)) for kind in NotificationKind)
CARRIED = (Channel.EMAIL, Channel.SMS, Channel.PUSH)
USERS = 12
WORKERS = 4
"""Of each channel."""


@dataclass
class HangingMailer(Mailer):
    """Answers nobody."""

    asked: int = 0

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        self.asked += 1
        await asyncio.Event().wait()
        return ()


async def test_texts_and_pushes_arrive_while_every_mail_hangs(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness
) -> None:
    records = Records(ids, clock)
    mailer, texts, pushes = HangingMailer(), MemoryTextMessenger(), MemoryPushMessenger()
    adapters = replace(
        embedded_adapters(store, clock=clock, ids=ids),
        mailer=mailer,
        text_messenger=texts,
        push_messenger=pushes,
    )
    bus = build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness)
    use_cases = notifications_use_cases(
        adapters,
        MarketRules(),
        Warehouse(),
        links=PublicLinks(),
        link_keys=[b"key"],
        verify_addresses=False,
    )
    for consumer in notifications_routes(use_cases):
        bus.subscribe(consumer)
    users = [records.user() for _ in range(USERS)]
    told = [records.notification(user.id) for user in users]
    async with store.transaction():
        for user in users:
            await store.users.add(user)
            await store.preferences.put(
                NotificationPreferences(
                    user.id, "+15550100", ("device-1",), EVERYWHERE, phone_proven_at=clock.now()
                )
            )
        await store.notifications.add(*told)
    events = [NotificationRequested(one.id, c, one.user_id) for one in told for c in CARRIED]
    await bus.publish(*(Message(MessageId(ids.new()), e.key, e, clock.now()) for e in events))

    work = [asyncio.create_task(bus.work(queue)) for queue in NOTIFYING]
    async with asyncio.timeout(60):
        while (len(texts.sent), len(pushes.sent), mailer.asked) != (USERS, USERS, WORKERS):  # noqa: ASYNC110
            await asyncio.sleep(0)
    waiting = await store.deliveries.first_in(Queue.MAILS, clock.now(), 100)
    assert len(waiting) == USERS
    for task in work:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
