"""A Valkey server for tests, which speaks the protocol of Redis."""

from collections.abc import Iterator
from contextlib import contextmanager

from servers import valkey_server
from servers.valkey_server import ValkeyServer

from .missing_server import do_without

__all__ = ["ValkeyServer", "require_valkey", "running_valkey"]


@contextmanager
def running_valkey(settings: str = "") -> Iterator[ValkeyServer]:
    """Run an empty server until the block is left, with these settings too.

    Skips if there is none to be had.
    """
    require_valkey()
    with valkey_server.running_valkey(settings) as server:
        yield server


def require_valkey() -> None:
    """Skip the test if the wheel's server is not installed."""
    if not valkey_server.is_installed():
        do_without(valkey_server.NOT_INSTALLED)
