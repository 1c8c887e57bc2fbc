"""The ports that send messages to mailboxes, phones and devices."""

from typing import Protocol

from .language.mail import Mail, PushMessage, TextMessage


class Mailer(Protocol):
    """Sends email."""

    async def send(self, mail: Mail) -> None:
        """Send the mail. Repeating an id changes nothing if the messenger can detect it.

        Raises Unavailable, within 30 seconds.
        """
        ...


class TextMessenger(Protocol):
    """Sends text messages."""

    async def send(self, message: TextMessage) -> None:
        """Send the message, like Mailer.send. Raises Unavailable, within 30 seconds."""
        ...


class PushMessenger(Protocol):
    """Sends push messages."""

    async def send(self, message: PushMessage) -> None:
        """Send the message, like Mailer.send. Raises Unavailable, within 30 seconds."""
        ...
