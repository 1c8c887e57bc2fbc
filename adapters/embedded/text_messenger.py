"""Text messages as files."""

from collections.abc import Sequence

from ...ports.language.mail import TextMessage, Undeliverable
from ...ports.language.text import one_line
from ...ports.messengers import TextMessenger
from ..system.outgoing_folder import OutgoingFolder


class EmbeddedTextMessenger(TextMessenger):
    """Writes each message to a folder as `<id>.txt`: the number, an empty line, the text."""

    def __init__(self, folder: OutgoingFolder) -> None:
        self._folder = folder

    async def send(self, message: TextMessage) -> Sequence[Undeliverable]:
        content = f"To: {one_line(message.phone)}\n\n{message.text}\n"
        await self._folder.put(f"{message.id}.txt", content.encode())
        return ()
