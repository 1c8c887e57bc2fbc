"""A NATS server for tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from servers import nats_server
from servers.nats_server import NatsServer

from .missing_server import do_without

__all__ = ["NatsServer", "require_nats", "running_nats"]


@contextmanager
def running_nats(settings: str = "") -> Iterator[NatsServer]:
    """Run a server on new data, which is deleted at the end, with these settings too.

    Skips if there is none to be had.
    """
    require_nats()
    with nats_server.running_nats(settings) as server:
        yield server


def require_nats() -> None:
    """Skip the test if the wheel's server is not installed."""
    if not nats_server.is_installed():
        do_without(nats_server.NOT_INSTALLED)


def cut_tail(server: NatsServer, stream: str, size: int) -> None:
    """Cut the last bytes off a stream of a server that does not run, as a lost disk cache would."""
    folder = server.folder / "jetstream" / "$G" / "streams" / stream / "msgs"
    last = max(folder.glob("*.blk"), key=lambda file: int(file.stem))
    with last.open("r+b") as file:
        file.truncate(max(0, last.stat().st_size - size))
