"""A NATS server for tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from servers import nats_server
from servers.nats_server import NatsServer

from .missing_server import do_without

__all__ = ["NatsServer", "require_nats", "running_nats"]


@contextmanager
def running_nats() -> Iterator[NatsServer]:
    """Run a server on new data, which is deleted at the end. Skips if there is none to be had."""
    require_nats()
    with nats_server.running_nats() as server:
        yield server


def require_nats() -> None:
    """Skip the test if the wheel's server is not installed."""
    if not nats_server.is_installed():
        do_without(nats_server.NOT_INSTALLED)
