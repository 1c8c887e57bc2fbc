"""The clock that all processes of an exchange share."""

from dataclasses import dataclass
from datetime import timedelta


class ClockRefused(ValueError):
    """The exchange's clock may not be started, moved or used like this."""


@dataclass(frozen=True, slots=True)
class ClockFollower:
    """A process that follows the exchange's clock."""

    process: str
    offset: timedelta
    """The offset that its clock has."""
    beats: int
    """How often it has told that. A process whose number no longer rises has ended."""
