"""Push messages as files."""

import json
from collections.abc import Sequence

from ...ports.language.mail import PushMessage, Undeliverable
from ...ports.messengers import PushMessenger
from ..system.outgoing_folder import OutgoingFolder


class EmbeddedPushMessenger(PushMessenger):
    """Writes each message to a folder as `<id>.json`, one file for all of its devices."""

    def __init__(self, folder: OutgoingFolder) -> None:
        self._folder = folder

    async def send(self, message: PushMessage) -> Sequence[Undeliverable]:
        values = {"devices": message.devices, "title": message.title, "text": message.text}
        content = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
        await self._folder.put(f"{message.id}.json", content.encode())
        return ()
