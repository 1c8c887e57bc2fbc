"""A circuit breaker for calls to something that may be away."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakSet

from ...ports.language.errors import Unavailable
from ...ports.stopwatch import Stopwatch

T = TypeVar("T")


@dataclass(slots=True)
class Calls:
    """What became of the calls of a circuit breaker."""

    answered: int = 0
    """Also with an error that is not the server's."""
    unavailable: int = 0
    refused: int = 0
    """Not made, because the circuit was open."""
    seconds: float = 0.0
    """The time of all calls that were made."""


class CircuitBreaker:
    """Refuses calls at once while what they call does not answer, and tries with one now and then.

    So nobody waits for an answer that will not come, and what comes back is not overrun.
    """

    def __init__(
        self,
        stopwatch: Stopwatch,
        *,
        what: str,
        failures: int = 3,
        pause: float = 1.0,
        server: str | None = None,
    ) -> None:
        """Create it for calls of `what`, its name in errors. `server` is its name in measurements.

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
        self.server = server or what.removeprefix("the ")
        self.calls = Calls()
        _breakers.add(self)

    @property
    def is_open(self) -> bool:
        """Whether calls are refused at present."""
        return self._failures >= self._most

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what a call returns. Raises what it raises, and Unavailable without calling."""
        now = self._stopwatch.elapsed()
        if self._failures >= self._most:
            if now < self._next_at:
                self.calls.refused += 1
                raise Unavailable(what=self._what, retry_after=self._pause)
            self._next_at = now + self._pause  # the others wait for this one
        try:
            result = await call()
        except Unavailable:
            self._failures += 1
            self._next_at = self._note(now) + self._pause
            self.calls.unavailable += 1
            raise
        except Exception:
            self._note(now)
            self.calls.answered += 1
            raise
        self._failures = 0
        self._note(now)
        self.calls.answered += 1
        return result

    def _note(self, began: float) -> float:
        """Add the time of a call, and return the time now."""
        now = self._stopwatch.elapsed()
        self.calls.seconds += now - began
        return now


_breakers: "WeakSet[CircuitBreaker]" = WeakSet()


def breakers() -> Collection[CircuitBreaker]:
    """Return all circuit breakers of this process, for measurements."""
    return [*_breakers]
