"""New traces, for what begins here."""

import random

from ..ports.language.traces import Trace


def new_trace() -> Trace:
    """Return a place in a new trace."""
    digits = f"{random.getrandbits(192):048x}"  # nothing is secret about it
    return Trace(digits[:32], digits[32:])
