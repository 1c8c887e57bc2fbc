"""Messengers whose messages can be read, and some that do not take any."""

import asyncio
from dataclasses import dataclass, field

from solebook.adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from solebook.adapters.memory.templates import MemoryTemplates
from solebook.composition.adapters import Store
from solebook.core.notifications.deliver_notification import DeliverNotification
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.mail import Mail
from solebook.ports.messengers import Mailer


@dataclass
class Messengers:
    """One messenger for each channel but the inbox."""

    mailer: MemoryMailer
    text_messenger: MemoryTextMessenger
    push_messenger: MemoryPushMessenger

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many mails, text and push messages were sent."""
        return (
            len(self.mailer.sent),
            len(self.text_messenger.sent),
            len(self.push_messenger.sent),
        )


def delivering(
    store: Store, messengers: Messengers, mailer: Mailer | None = None
) -> DeliverNotification:
    """Return the use case on a store and messengers, of which the mailer may be another."""
    return DeliverNotification(
        notifications=store.notifications,
        recipients=store.recipients,
        preferences=store.preferences,
        templates=MemoryTemplates(),
        mailer=mailer or messengers.mailer,
        text_messenger=messengers.text_messenger,
        push_messenger=messengers.push_messenger,
    )


class HangingMailer(Mailer):
    """Never answers."""

    async def send(self, mail: Mail) -> None:
        await asyncio.Event().wait()


@dataclass
class ForgetfulMailer(Mailer):
    """Takes every mail, and fails to say so the first time."""

    taken: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.taken.append(mail)
        if len(self.taken) == 1:
            raise Unavailable(what="the mail server")
