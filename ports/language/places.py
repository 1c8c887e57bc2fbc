"""Places from which users signed in."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place, as a keyed hash of the user, part of the address and the program."""

    hash: str
    seen_at: datetime
    """When the user signed in from there, to the day."""
