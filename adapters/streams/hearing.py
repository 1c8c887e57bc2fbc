"""The time during which a process is heard by another."""

import asyncio

from ...ports.tenure import Tenure


class Hearing(Tenure):
    """The time during which the engine's process is heard, and nothing was missed."""

    def __init__(self, silence: float) -> None:
        self._silence = silence
        self._has_ended = False
        self.extend()

    @property
    def is_over(self) -> bool:
        """Whether a message was missed, or there was none for too long."""
        return self._has_ended or asyncio.get_running_loop().time() >= self._until

    def extend(self) -> None:
        """Let it last, because the process was heard."""
        self._until = asyncio.get_running_loop().time() + self._silence

    def end(self) -> None:
        """Let it be over for good."""
        self._has_ended = True
