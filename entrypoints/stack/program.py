"""What a stack runs."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from . import guard


class Stage(IntEnum):
    """When a program is started; they are stopped in the opposite order."""

    SERVER = 0
    WORKER = 1
    HTTP = 2


@dataclass(frozen=True, slots=True)
class Program:
    """A server or a process of the exchange."""

    name: str
    stage: Stage
    command: tuple[str, ...]
    is_ready: Callable[[], Awaitable[bool]] = field(repr=False)
    """Whether it answers, once it was started. It does not raise."""
    port: int
    """Where it answers on 127.0.0.1."""
    metrics_port: int | None = None
    """Where it tells Prometheus what it does, if it does."""
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    """All variables, which may be secrets; by default those of the stack."""
    user: int | None = None
    """The user whose rights it has, if the stack is root's and it refuses these."""
    stops_on: signal.Signals = signal.SIGTERM
    ends_on: signal.Signals = signal.SIGKILL
    """What ends it at once, and all processes that it has started."""


def guarded(
    command: Sequence[str], *, user: int | None, ends_on: signal.Signals = signal.SIGKILL
) -> list[str]:
    """Return a command that ends with this process, with the rights of a user."""
    return [
        *(sys.executable, "-I", "-S", guard.__file__, str(os.getpid()), str(int(ends_on))),
        *("-" if user is None else str(user), *command),
    ]
