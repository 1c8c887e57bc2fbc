"""The port to what says until when the exchange was up."""

from datetime import datetime
from typing import Protocol


class SignsOfLife(Protocol):
    """The latest instant at which the exchange is known to have been up."""

    async def latest(self) -> datetime | None:
        """Return it, or None if none was noted yet.

        Inside a transaction no other process notes one until its end.
        """
        ...

    async def note(self, at: datetime) -> None:
        """Note another in its place. Needs a transaction."""
        ...
