"""A request to the payment provider that hangs while everything else continues."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from solebook.adapters.embedded.journal import Journal
from solebook.adapters.embedded.provider import Provider
from solebook.ports.language.errors import Unavailable

R = TypeVar("R")


class SlowLine(Journal):
    """Delays one request until it is released, and passes all others through."""

    def __init__(self, beyond: Journal) -> None:
        self.beyond = beyond
        self.is_waiting = False
        """Whether a request is being delayed."""
        self._next: asyncio.Future[bool] | None = None

    def hold_next(self) -> "asyncio.Future[bool]":
        """Delay the next request until the future says whether it arrives or is lost."""
        self._next = asyncio.get_running_loop().create_future()
        return self._next

    def release(self) -> None:
        """Stop delaying requests."""
        self._next = None

    async def consult(self, work: Callable[[Provider], R]) -> R:
        held, self._next = self._next, None
        if held is not None:
            self.is_waiting = True
            arrives = await held
            self.is_waiting = False
            if not arrives:
                raise Unavailable(what="the payment provider")
        return await self.beyond.consult(work)
