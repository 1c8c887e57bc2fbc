"""The port to what waits in the store."""

from typing import Protocol

from .language.waiting_work import WaitingInStore


class WaitingWork(Protocol):
    """Counts what waits in the store, for those who watch it."""

    async def view(self, most: int) -> WaitingInStore:
        """Return what waits; nothing is counted beyond `most`. Raises Unavailable.

        However much waits, this reads a bounded number of rows.
        """
        ...
