"""The ports to the clock that all processes of an exchange share."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from .language.exchange_clock import ClockFollower

CLOCK = "clock"
"""The topic of wake-ups when the exchange's clock was moved."""


class ClockOffset(Protocol):
    """How far the exchange's clock is ahead of real time; negative if it is behind.

    It is zero in every exchange but a demo, and then stays zero. Otherwise it only grows.
    """

    async def agreed(self) -> timedelta | None:
        """Return it, or None before the first process of the exchange.

        Inside a transaction, no other process can change it until the end.
        """
        ...

    async def agree(self, offset: timedelta) -> timedelta:
        """Store an offset if there is none yet, and return the stored one.

        It needs a transaction, until whose end others who agree wait.
        """
        ...

    async def set(self, offset: timedelta) -> None:
        """Replace the stored offset. It needs a transaction, in which `agreed` was called."""
        ...


class ClockFollowers(Protocol):
    """The processes that follow the exchange's clock. Each call is its own transaction."""

    async def beat(self, process: str, offset: timedelta) -> None:
        """Note that a process is there, and which offset its clock has."""
        ...

    async def all(self) -> Sequence[ClockFollower]:
        """Return all that were noted and not removed, by name."""
        ...

    async def remove(self, process: str) -> None:
        """Forget a process, because it has ended. Nothing happens if it is not noted."""
        ...
