"""A circuit breaker for calls to something that may be away."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ...ports.language.errors import Unavailable
from ...ports.stopwatch import Stopwatch

T = TypeVar("T")


class CircuitBreaker:
    """Refuses calls at once while what they call does not answer, and tries with one now and then.

    So nobody waits for an answer that will not come, and what comes back is not overrun.
    """

    def __init__(
        self, stopwatch: Stopwatch, *, what: str, failures: int = 3, pause: float = 1.0
    ) -> None:
        """Create it for calls of `what`, its name in errors.

        After so many `failures` in a row there is one call in each `pause` of seconds, until one
        succeeds.
        """
        self._stopwatch = stopwatch
        self._what = what
        self._most = failures
        self._pause = pause
        self._failures = 0
        self._next_at = 0.0
        """When the next call is tried, while the circuit is open."""

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what a call returns. Raises what it raises, and Unavailable without calling."""
        now = self._stopwatch.elapsed()
        if self._failures >= self._most:
            if now < self._next_at:
                raise Unavailable(what=self._what, retry_after=self._pause)
            self._next_at = now + self._pause  # the others wait for this one
        try:
            result = await call()
        except Unavailable:
            self._failures += 1
            self._next_at = self._stopwatch.elapsed() + self._pause
            raise
        self._failures = 0
        return result
