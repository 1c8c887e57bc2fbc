"""The port to the heartbeat of the exchange."""

from datetime import datetime
from typing import Protocol


class SignsOfLife(Protocol):
    """The last time at which the exchange is known to have been up, in real time."""

    async def latest(self) -> datetime | None:
        """Return it, or None if there is none yet.

        Inside a transaction, no other process can update it until the end.
        """
        ...

    async def note(self, at: datetime) -> None:
        """Replace it. Needs a transaction."""
        ...
