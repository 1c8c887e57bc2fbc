"""Emails, text messages and push messages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID, uuid5

from .ids import NotificationId, UserId
from .invariants import ensure
from .links import plain_name
from .notifications import Attachment, Channel, Letter, PushSubscription, Recipient, Unreachable

_URL = re.compile(r"https?://[!-;=?-~]+")
"""A URL of visible ASCII characters without brackets."""


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
    unsubscribe_url: str | None = field(default=None, repr=False)
    """Where a mail program ends letters of this kind with one POST (RFC 8058)."""

    @classmethod
    def of(
        cls,
        letter: Letter,
        recipient: Recipient,
        mail_id: UUID,
        unsubscribe_url: str | None = None,
    ) -> Self:
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
            unsubscribe_url,
        )

    @property
    def unsubscribe_headers(self) -> Mapping[str, str]:
        """The headers with which mail programs unsubscribe at a click, if they can."""
        url = self.unsubscribe_url
        if url is None:
            return {}
        ensure(_URL.fullmatch(url), "a link in a header has a space, a line break or a bracket")
        one_click = "List-Unsubscribe=One-Click"
        return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": one_click}


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
