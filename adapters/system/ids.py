"""Ids from a clock and random bits."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

from ...ports.clock import Clock
from ...ports.ids import Ids

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RANDOM_BITS = 74
_LOW_BITS = 62


class SystemIds(Ids):
    """UUIDs of version 7 (RFC 9562), each greater than all earlier ones of this object.

    Their time is that of the Clock port, so that ids sort like the times in their records even if
    the clock is simulated. Thread-safe. After a fork, parent and child make different ids.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._milliseconds = -1
        self._random = 0
        self._steps: Iterator[int] = iter(())
        self._process = os.getpid()

    def new(self) -> UUID:
        milliseconds = (self._clock.now() - _EPOCH) // _MILLISECOND
        with self._lock:
            if milliseconds > self._milliseconds:
                self._milliseconds = milliseconds
                # The top bit stays clear, so that counting up does not overflow.
                self._random = secrets.randbits(_RANDOM_BITS - 1)
            else:
                self._random += 1 + self._step()
            milliseconds, random = self._milliseconds, self._random
        return _version_7(milliseconds, random)

    def _step(self) -> int:
        """Return 32 random bits. The system is asked for many at once, because a call is slow.

        A forked child has the random bits of its parent, so it discards them and takes one step of
        64 bits, away from the ids of the parent.
        """
        if self._process != os.getpid():
            self._process = os.getpid()
            self._steps = iter(())
            return secrets.randbits(64)
        step = next(self._steps, None)
        if step is None:
            self._steps = iter(memoryview(secrets.token_bytes(4_096)).cast("I"))
            step = next(self._steps)
        return step


def _version_7(milliseconds: int, random: int) -> UUID:
    """Return a UUID of 48 bits of time and 74 random bits, with version and variant."""
    high, low = random >> _LOW_BITS, random & ((1 << _LOW_BITS) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
