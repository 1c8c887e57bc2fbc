"""New traces, for what begins here."""

import random

from ..ports.language.traces import Trace


def new_trace() -> Trace:
    """Return a place in a new trace."""
    return Trace(f"{_random(128):032x}", f"{_random(64):016x}")


def _random(bits: int) -> int:
    """Return a number that is not 0, which no trace may have."""
    return random.getrandbits(bits) or 1  # nothing is secret about it
