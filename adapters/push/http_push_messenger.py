"""Push messages to topics of a server with ntfy's API."""

import re
from collections.abc import Sequence

from ...ports.language.mail import PushMessage, Undeliverable
from ...ports.language.notifications import Unreachable
from ...ports.messengers import PushMessenger
from ..web.calls import HttpCalls
from .devices import Devices

HTTP_PUSH = "the push server"
"""Its name in errors."""
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_GONE = 410
"""404 is no device's: the server has every topic, so the URL in the settings is wrong."""


class HttpPushMessenger(PushMessenger):
    """Publishes a message to each device of a user: a device's token is its topic.

    The server cannot detect a repeated message. Within a process, a device that has a message does
    not get it again.
    """

    def __init__(self, calls: HttpCalls, *, url: str, token: str | None) -> None:
        self._calls = calls
        self._url = f"{url.rstrip('/')}/"
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._devices = Devices()

    async def send(self, message: PushMessage) -> Sequence[Undeliverable]:
        async def publish(topic: str) -> Undeliverable | None:
            return await self._publish(topic, message)

        return await self._devices.send(message.id, message.devices, str, publish)

    async def _publish(self, topic: str, message: PushMessage) -> Undeliverable | None:
        if not _TOPIC.fullmatch(topic):
            return Undeliverable(topic, Unreachable.INVALID)
        content = {"topic": topic, "title": message.title, "message": message.text}
        answer = await self._calls.call("POST", self._url, json=content, headers=self._headers)
        if answer.is_success:
            return None
        if answer.status_code == _GONE:
            return Undeliverable(topic, Unreachable.GONE)
        raise self._calls.refused(f"status {answer.status_code}")
