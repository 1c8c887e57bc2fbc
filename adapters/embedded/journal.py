"""The journal of the embedded provider: all calls, in order."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from .provider import Provider

R = TypeVar("R")


class Journal(Protocol):
    """Stores the calls of one provider, in order."""

    async def consult(self, work: Callable[[Provider], R]) -> R:
        """Run `work` on the provider under a lock. When it returns, all settled calls are durable.

        Raises Unavailable, after which nothing was settled.
        """
        ...


class MemoryJournal(Journal):
    """Keeps the calls in memory. They are lost when the process ends."""

    def __init__(self) -> None:
        self._provider = Provider()

    async def consult(self, work: Callable[[Provider], R]) -> R:
        return work(self._provider)
