"""The number of messages kept in memory is bounded."""

from uuid import UUID

from solebook.adapters.memory.messengers import MemoryTextMessenger
from solebook.ports.language.mail import TextMessage


async def test_only_the_messages_that_were_sent_last_are_kept() -> None:
    messenger = MemoryTextMessenger(most=3)
    for number in range(5):
        await messenger.send(TextMessage(UUID(int=number), "+15550100", str(number)))
    assert [message.text for message in messenger.sent] == ["2", "3", "4"]
