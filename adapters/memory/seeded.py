"""Reproducible ids and randomness from a seed."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.randomness import Randomness

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 74
_LOW_BITS = 62


class SeededIds(Ids):
    """UUIDs of version 7 from a clock and a seed, each greater than the one before."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self._random = Random(seed)  # noqa: S311  # repeatable on purpose
        self._clock = clock
        self._last = 0

    def new(self) -> UUID:
        since = self._clock.now() - _EPOCH
        milliseconds = (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000
        fresh = milliseconds << _RANDOM_BITS | self._random.getrandbits(_RANDOM_BITS)
        # Within one millisecond it counts up in random steps, as in RFC 9562.
        self._last = max(fresh, self._last + 1 + self._random.getrandbits(32))
        return _version_7(self._last)


class SeededRandomness(Randomness):
    """Randomness for tests and simulations, not for secrets: the seed reveals all of them."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  # repeatable on purpose

    def secret(self) -> str:
        return urlsafe_b64encode(self._random.randbytes(32)).decode().rstrip("=")

    def fraction(self) -> float:
        return self._random.random()


def _version_7(number: int) -> UUID:
    """Return a UUID with 48 bits of milliseconds and 74 other bits."""
    high, low = number >> _LOW_BITS, number & ((1 << _LOW_BITS) - 1)
    milliseconds, middle = high >> 12, high & 0xFFF
    return UUID(int=milliseconds << 80 | 0x7 << 76 | middle << 64 | 0b10 << 62 | low)
