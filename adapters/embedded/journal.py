"""Where the embedded provider's books are kept."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from .provider import Provider

R = TypeVar("R")


class Journal(Protocol):
    """Keeps the calls of one provider in their order."""

    async def consult(self, work: Callable[[Provider], R]) -> R:
        """Run `work` on the provider, alone; what it settled is kept once this returns.

        Raises Unavailable: then nothing was settled.
        """
        ...


class MemoryJournal(Journal):
    """A provider that is forgotten with its process."""

    def __init__(self) -> None:
        self._provider = Provider()

    async def consult(self, work: Callable[[Provider], R]) -> R:
        return work(self._provider)
