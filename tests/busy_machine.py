"""How long something took, without the time in which programs of this machine waited for a core.

A limit of half a second is about what was built. On a machine that runs more programs than it has
cores, how long anything takes is about the others.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PRESSURE = Path("/proc/pressure/cpu")
_TOTAL = re.compile(r"^some .*total=(\d+)$", re.MULTILINE)


def seconds_short_of_cores() -> float:
    """Return for how long some program has waited for a core, or 0 where nobody counts that."""
    try:
        total = _TOTAL.search(_PRESSURE.read_text("ascii"))
    except OSError:  # an older Linux, another system, or not allowed
        return 0.0
    return int(total[1]) / 1_000_000 if total else 0.0


@dataclass
class Took:
    """How long a block took, once it is left."""

    seconds: float = 0.0
    """In all."""
    own: float = 0.0
    """Without waiting for cores."""


@contextmanager
def timed() -> Iterator[Took]:
    """Measure how long the block takes."""
    took = Took()
    began, short = time.monotonic(), seconds_short_of_cores()
    try:
        yield took
    finally:
        took.seconds = time.monotonic() - began
        took.own = took.seconds - (seconds_short_of_cores() - short)
