"""Messengers that record their messages, and some that fail."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from solebook.adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from solebook.adapters.memory.templates import MemoryTemplates
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.notifications.deliver_notification import DeliverNotification
from solebook.core.notifications.give_up_addresses import GiveUpAddresses
from solebook.core.notifications.letter_links import LetterLinks
from solebook.core.notifications.notify import Notify
from solebook.ports.clock import Clock
from solebook.ports.ids import Ids
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.mail import Mail, Undeliverable
from solebook.ports.language.notifications import Warehouse
from solebook.ports.language.public_links import PublicLinks
from solebook.ports.language.rules import MarketRules
from solebook.ports.messengers import Mailer

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Messengers:
    """A messenger for each channel except the app."""

    mailer: MemoryMailer
    text_messenger: MemoryTextMessenger
    push_messenger: MemoryPushMessenger

    @property
    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of sent mails, text and push messages."""
        return (
            len(self.mailer.sent),
            len(self.text_messenger.sent),
            len(self.push_messenger.sent),
        )


def delivering(
    store: Store, messengers: Messengers, mailer: Mailer | None = None
) -> DeliverNotification:
    """Return the use case with a store and messengers, and optionally another mailer."""
    return DeliverNotification(
        notifications=store.notifications,
        orders=store.orders,
        templates=MemoryTemplates(),
        mailer=mailer or messengers.mailer,
        text_messenger=messengers.text_messenger,
        push_messenger=messengers.push_messenger,
        give_up=GiveUpAddresses(
            transaction=store.transaction,
            users=store.users,
            preferences=store.preferences,
            clock=VirtualClock(NOW),
        ),
        letter_links=LetterLinks(PublicLinks(), [b"key"]),
        clock=VirtualClock(NOW),
    )


def notifying(store: Store, clock: Clock, ids: Ids) -> Notify:
    """Return the use case with a store."""
    return Notify(
        transaction=store.transaction,
        orders=store.orders,
        products=store.products,
        recipients=store.recipients,
        notifications=store.notifications,
        templates=MemoryTemplates(),
        outbox=store.outbox,
        clock=clock,
        ids=ids,
        rules=MarketRules(),
        warehouse=Warehouse(),
    )


class HangingMailer(Mailer):
    """Never answers."""

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        await asyncio.Event().wait()
        return ()


@dataclass
class ForgetfulMailer(Mailer):
    """Accepts every mail, but its first answer is lost."""

    taken: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        self.taken.append(mail)
        if len(self.taken) == 1:
            raise Unavailable(what="the mail server")
        return ()
