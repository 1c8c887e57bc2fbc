"""Emails, text messages and push messages, ready to be sent."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID, uuid5

from .ids import NotificationId
from .links import plain_name
from .notifications import Channel, Letter, Recipient


def message_id(notification_id: NotificationId, channel: Channel) -> UUID:
    """Return the id that a notification has over a channel: the same on every try."""
    return uuid5(notification_id, channel)


@dataclass(frozen=True, slots=True)
class Mail:
    """One email. `id` is the same on every try, so that a repetition can be told."""

    id: UUID
    to: str
    name: str
    subject: str
    text: str
    html: str

    @classmethod
    def of(cls, letter: Letter, recipient: Recipient, mail_id: UUID) -> Self:
        """Return the letter in an envelope."""
        return cls(
            mail_id,
            recipient.email,
            plain_name(recipient.first_name),
            letter.subject,
            letter.text,
            letter.html,
        )


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One SMS to a number in E.164. `id` is the same on every try."""

    id: UUID
    phone: str
    text: str


@dataclass(frozen=True, slots=True)
class PushMessage:
    """One message to a user's devices, by their tokens. `id` is the same on every try."""

    id: UUID
    devices: tuple[str, ...]
    title: str
    text: str
