"""What a drill is."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from ..production import Production

Strike = Callable[[Production, random.Random], float]


@dataclass(frozen=True)
class Drill:
    """Something that breaks."""

    name: str
    strike: Strike
    """Breaks it, and returns when that was, by the monotonic clock. What the stack does not mend by
    itself is mended when it returns."""
