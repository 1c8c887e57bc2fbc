"""The port to messages that were given to a broker, and are kept for a while."""

from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

from .language.ids import MessageId
from .language.messages import Position


class SentMessages(Protocol):
    """Messages that left the outbox for a broker, which may still lose its last ones.

    All but `position` need a transaction.
    """

    async def move(self, ids: Collection[MessageId], position: Position) -> None:
        """Move messages here from the outbox, after the broker has stored them.

        The highest position of a stream is kept, and that of the stream that was named last.
        """
        ...

    async def position(self) -> Position | None:
        """Return the broker's position after the last message, or None if nothing was sent."""
        ...

    async def send_again(self) -> int:
        """Move all messages back to the outbox, before later ones, and return their number.

        The messages of a key are in commit order again. The position is forgotten.
        """
        ...

    async def send_latest_again(self, age: timedelta) -> int:
        """Move back what was sent up to `age` before the last message, and keep the position."""
        ...

    async def known_as(self, new: str) -> str:
        """Return the name under which the broker knows this exchange; `new` if it had none."""
        ...

    async def forget(self, age: timedelta) -> int:
        """Delete what was sent longer ago in real time, and return the number of messages."""
        ...
