"""A circuit breaker for calls to something that may be away."""

from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar
from weakref import WeakSet

from ...ports.language.errors import Unavailable
from ...ports.stopwatch import Stopwatch
from .server_calls import ServerCalls

T = TypeVar("T")


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
        is answered, be it with a refusal.
        """
        self._stopwatch = stopwatch
        self._what = what
        self._most = failures
        self._pause = pause
        self._failures = 0
        self._next_at = 0.0
        """When the next call is tried, while the circuit is open."""
        self.server = server or what.removeprefix("the ")
        self.calls = ServerCalls(self.server)
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
            self._next_at = self._note(now, answered=False) + self._pause
            raise
        except Exception:  # a refusal is an answer
            self._answered(now)
            raise
        self._answered(now)
        return result

    def _answered(self, began: float) -> None:
        self._failures = 0
        self._note(began, answered=True)

    def _note(self, began: float, *, answered: bool) -> float:
        """Count a call, and return the time now."""
        now = self._stopwatch.elapsed()
        self.calls.note(now - began, answered=answered)
        return now


_breakers: "WeakSet[CircuitBreaker]" = WeakSet()


def breakers() -> Collection[CircuitBreaker]:
    """Return all circuit breakers of this process, for measurements."""
    return [*_breakers]
