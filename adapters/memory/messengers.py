"""Mail, text and push messages that reach nobody, in memory."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from ...ports.language.mail import Mail, PushMessage, TextMessage
from ...ports.messengers import Mailer, PushMessenger, TextMessenger

M = TypeVar("M", Mail, TextMessage, PushMessage)

_MOST = 1_000
"""How many messages are kept of each kind."""


class _Sent(Generic[M]):
    """The messages that were sent last, each once."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._by_id: dict[object, M] = {}

    async def send(self, message: M) -> None:
        self._by_id.setdefault(message.id, message)
        if len(self._by_id) > self._most:
            del self._by_id[next(iter(self._by_id))]

    @property
    def sent(self) -> Sequence[M]:
        """The messages, oldest first."""
        return list(self._by_id.values())


class MemoryMailer(_Sent[Mail], Mailer):
    """Mail that can be read here alone."""


class MemoryTextMessenger(_Sent[TextMessage], TextMessenger):
    """Text messages that can be read here alone."""


class MemoryPushMessenger(_Sent[PushMessage], PushMessenger):
    """Push messages that can be read here alone."""
