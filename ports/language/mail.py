"""Emails, text messages and push messages."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID, uuid5

from .ids import NotificationId, UserId
from .links import plain_name
from .notifications import Attachment, Channel, Letter, PushSubscription, Recipient, Unreachable


def message_id(notification_id: NotificationId, channel: Channel) -> UUID:
    """Return the id of a notification on a channel. It is the same for every attempt."""
    return uuid5(notification_id, channel)


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """The outcome of a message that no attempt will bring to this address."""

    address: str
    """An email, a phone or a device, as the message has it."""
    reason: Unreachable


@dataclass(frozen=True, slots=True)
class Mail:
    """An email. `id` is the same for every attempt, so that duplicates can be detected."""

    id: UUID
    to: str
    name: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    user_id: UserId | None = None
    """Whose it is. A provider that reports on the mail is told."""

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
            letter.attachments,
            recipient.user_id,
        )


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message to a number in E.164. `id` is the same for every attempt."""

    id: UUID
    phone: str
    text: str
    user_id: UserId | None = None
    """Whose it is. A provider that reports on the message is told."""


@dataclass(frozen=True, slots=True)
class PushMessage:
    """A push message to a user's device tokens and browsers. `id` is the same for every attempt."""

    id: UUID
    devices: tuple[str, ...]
    title: str
    text: str
    subscriptions: tuple[PushSubscription, ...] = ()
