"""Where in a trace something happens, and for whom, so that logs and messages can tell.

Both are ambient, as a transaction is: they follow a call without being passed.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a trace, as W3C Trace Context writes it.

    Everything that one request causes has its `trace_id`, in whatever process it happens. `span_id`
    is the work that causes the next. What happens in a sampled trace is recorded.
    """

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    is_sampled: bool = False

    @classmethod
    def parsed(cls, traceparent: str) -> Self | None:
        """Return the place that a `traceparent` names, or None if it is not one."""
        found = _TRACEPARENT.fullmatch(traceparent)
        if found is None:
            return None
        return cls(found[1], found[2], bool(int(found[3], 16) & _SAMPLED))

    @property
    def traceparent(self) -> str:
        """The text in which it crosses the network and is stored: 55 characters."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.is_sampled else '00'}"


def parsed_trace(traceparent: str | None) -> Trace | None:
    """Return the place that was stored, or None if none was."""
    return None if traceparent is None else Trace.parsed(traceparent)


_TRACE: ContextVar[Trace | None] = ContextVar("trace", default=None)
_USER: ContextVar[str] = ContextVar("user", default="")


def current_trace() -> Trace | None:
    """Return where the running code is in a trace, or None if it is in none."""
    return _TRACE.get()


def current_traceparent() -> str | None:
    """Return where the running code is in a trace, to store it, or None if it is in none."""
    trace = _TRACE.get()
    return None if trace is None else trace.traceparent


def current_user() -> str:
    """Return the id of the user for whom the running code works, or nothing."""
    return _USER.get()


def work_for(user_id: str) -> None:
    """Tell for which user the rest of this block of a trace works."""
    _USER.set(user_id)


@contextmanager
def at(trace: Trace) -> Iterator[None]:
    """Run a block elsewhere in a trace, for the same user."""
    before = _TRACE.set(trace)
    try:
        yield
    finally:
        _TRACE.reset(before)


class within:  # it is used as a function, and a generator would take twice as long
    """Run a block in a trace, or in none, and for nobody yet."""

    __slots__ = ("_of_trace", "_of_user", "_trace")

    def __init__(self, trace: Trace | None) -> None:
        self._trace = trace

    def __enter__(self) -> None:
        self._of_trace = _TRACE.set(self._trace)
        self._of_user = _USER.set("")

    def __exit__(self, *_: object) -> None:
        _TRACE.reset(self._of_trace)
        _USER.reset(self._of_user)
