"""The ports that send messages to mailboxes, phones and devices."""

from collections.abc import Sequence
from typing import Protocol

from .language.mail import Mail, PushMessage, TextMessage, Undeliverable


class Mailer(Protocol):
    """Sends email."""

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        """Send the mail. Repeating an id changes nothing if the messenger can detect it.

        Return the addresses that it can never reach. Raises Unavailable, within 30 seconds.
        """
        ...


class TextMessenger(Protocol):
    """Sends text messages."""

    async def send(self, message: TextMessage) -> Sequence[Undeliverable]:
        """Send the message, like Mailer.send. Raises Unavailable, within 30 seconds."""
        ...


class PushMessenger(Protocol):
    """Sends push messages."""

    async def send(self, message: PushMessage) -> Sequence[Undeliverable]:
        """Send the message to each device, like Mailer.send.

        Raises Unavailable, within 30 seconds, if a device may be reached later.
        """
        ...
