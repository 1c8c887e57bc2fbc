"""What a test does without its server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from servers.child_server import ChildServer

S = TypeVar("S", bound=ChildServer)


def do_without(what: str) -> None:
    """Skip the test, but fail in CI, where nothing is skipped."""
    if os.environ.get("NO_SKIPS"):
        pytest.fail(what)
    pytest.skip(what)


def require(kind: type[ChildServer]) -> None:
    """Do without the test if the wheel's server is not installed."""
    if not kind.is_installed():
        do_without(kind.not_installed())


@contextmanager
def running(kind: type[S], settings: str = "") -> Iterator[S]:
    """Run a server on new data, or do without the test; see ChildServer."""
    require(kind)
    with kind.running(settings) as server:
        yield server
