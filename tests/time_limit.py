"""An end for what hangs: a step of a test that takes too long fails, with the stack of everything.

A step is the fixtures of a test, the test itself, or the end of its fixtures.

A signal interrupts the main thread while it waits for a lock, a thread, a socket or an event loop,
so that the test fails and the others go on. It comes again, as the end of a test may hang too. If
the main thread takes no signal, the process ends and tells its stacks; pytest-xdist says whose test
that was, and goes on with a new process. ADR 0156 has what else was considered.
"""

import asyncio
import faulthandler
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import pytest

SECONDS = 600.0
"""Ten times as long as the slowest step takes on a quiet machine."""
AGAIN = 60.0
"""Seconds until what goes on nevertheless is interrupted once more."""
_REARMED = 30.0
"""Seconds between two settings of the last resort, which starts a thread each time."""


class TookTooLong(SystemExit):
    """A step hangs. An event loop raises this kind at once, whichever task it hits."""


class TimeLimit:
    """A plugin of pytest that limits each step of a test to some seconds."""

    def __init__(self, seconds: float, again: float = AGAIN) -> None:
        self._seconds = seconds
        self._again = again
        self._stderr = os.dup(2)  # tests run with another one
        self._armed_at = -_REARMED
        signal.signal(signal.SIGALRM, self._interrupt)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, Any]:
        with self._limited():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        with self._limited():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        with self._limited():
            return (yield)

    def pytest_exception_interact(self) -> None:
        """Set the last resort again with the next step: pytest has taken it back."""
        self._armed_at = -_REARMED

    def pytest_enter_pdb(self) -> None:
        """Let people look as long as they like."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    @contextmanager
    def _limited(self) -> Iterator[None]:
        self._set_last_resort()
        signal.setitimer(signal.ITIMER_REAL, self._seconds, self._again)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _set_last_resort(self) -> None:
        """End this process unless another step begins in time, or it ends by itself."""
        if time.monotonic() > self._armed_at + _REARMED:
            self._armed_at = time.monotonic()
            late = self._seconds + 5 * self._again + _REARMED
            faulthandler.dump_traceback_later(late, file=self._stderr, exit=True)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> NoReturn:
        raise TookTooLong(f"longer than {self._seconds:g} s\n{stacks()}")


def stacks() -> str:
    """Return where the tasks of the running event loop wait, and what the other threads do."""
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:
        tasks = set()
    frames = sys._current_frames()
    threads = [each for each in threading.enumerate() if each is not threading.current_thread()]
    parts = [
        *(f"{task.get_name()}:\n{''.join(_awaited(task.get_coro()))}" for task in tasks),
        *(
            f"{thread.name}:\n{''.join(traceback.format_stack(frames[thread.ident]))}"
            for thread in threads
            if thread.ident in frames
        ),
    ]
    return "\n".join(parts)


def _awaited(coroutine: Any) -> Iterator[str]:
    """Yield the line at which a coroutine waits, and then of what it waits for."""
    while coroutine is not None:
        for frame, following in (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom")):
            if (at := getattr(coroutine, frame, None)) is not None:
                yield from traceback.format_list(traceback.extract_stack(at, limit=1))
                coroutine = getattr(coroutine, following)
                break
        else:
            return
