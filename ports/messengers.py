"""The ports to what carries a message to a person's mailbox, phone or device."""

from typing import Protocol

from .language.mail import Mail, PushMessage, TextMessage


class Mailer(Protocol):
    """Sends email."""

    async def send(self, mail: Mail) -> None:
        """Hand the mail over; the second time with one id changes nothing where that can be told.

        Raises Unavailable, within 30 seconds.
        """
        ...


class TextMessenger(Protocol):
    """Sends text messages."""

    async def send(self, message: TextMessage) -> None:
        """Hand the message over, like Mailer.send. Raises Unavailable, within 30 seconds."""
        ...


class PushMessenger(Protocol):
    """Sends push messages."""

    async def send(self, message: PushMessage) -> None:
        """Hand the message over, like Mailer.send. Raises Unavailable, within 30 seconds."""
        ...
