"""A NATS server for tests."""

from functools import partial

from servers.nats_server import NatsServer

from .missing_server import require, running

__all__ = ["NatsServer", "cut_tail", "require_nats", "running_nats"]

require_nats = partial(require, NatsServer)
running_nats = partial(running, NatsServer)


def cut_tail(server: NatsServer, stream: str, size: int) -> None:
    """Cut the last bytes off a stream of a server that does not run, as a lost disk cache would."""
    folder = server.folder / "jetstream" / "$G" / "streams" / stream / "msgs"
    last = max(folder.glob("*.blk"), key=lambda file: int(file.stem))
    with last.open("r+b") as file:
        file.truncate(max(0, last.stat().st_size - size))
