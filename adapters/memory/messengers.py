"""Mail, text and push messages that are stored instead of sent."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from ...ports.language.mail import Mail, PushMessage, TextMessage, Undeliverable
from ...ports.messengers import Mailer, PushMessenger, TextMessenger

M = TypeVar("M", Mail, TextMessage, PushMessage)

_MOST = 1_000
"""The maximum of stored messages per kind."""


class _Sent(Generic[M]):
    """The latest messages, without duplicates."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._by_id: dict[object, M] = {}

    async def send(self, message: M) -> Sequence[Undeliverable]:
        self._by_id.setdefault(message.id, message)
        if len(self._by_id) > self._most:
            del self._by_id[next(iter(self._by_id))]
        return ()

    @property
    def sent(self) -> Sequence[M]:
        """Return the messages, oldest first."""
        return list(self._by_id.values())


class MemoryMailer(_Sent[Mail], Mailer):
    """Stores mail, which can be read from `sent`."""


class MemoryTextMessenger(_Sent[TextMessage], TextMessenger):
    """Stores text messages, which can be read from `sent`."""


class MemoryPushMessenger(_Sent[PushMessage], PushMessenger):
    """Stores push messages, which can be read from `sent`."""
