"""Turns to write: first in, first out, but urgent ones first."""

import asyncio
from collections import deque


class Turns:
    """Gives one caller at a time a turn. Those who are urgent do not wait for the others."""

    def __init__(self) -> None:
        self.is_taken = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """How many callers wait."""
        return len(self._urgent) + len(self._waiting)

    async def take(self, *, urgent: bool = False) -> None:
        """Wait for a turn, which ends with `end`."""
        if not self.is_taken:
            self.is_taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._urgent if urgent else self._waiting).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.end()  # the turn had come already
            raise

    def end(self) -> None:
        """End the turn, and give the next one."""
        for queue in (self._urgent, self._waiting):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self.is_taken = False
