"""The HTTP server within a running event loop."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from litestar import Litestar

from .protocol import BoundedProtocol

_KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than clients and proxies keep theirs, so
that it is not closed under a request.
"""
_MAX_MESSAGE = 65_536
"""Bytes of a WebSocket message that are read at all; the live stream has a lower limit."""
_PING = 20.0
"""Seconds between pings of a WebSocket, and until the answer must be there."""
_UNREAD = 30
"""Seconds that a client may leave what it was sent unread before its connection is cut."""
_GRACE = 10
"""Seconds that requests under way have when the server stops."""


class _Server(uvicorn.Server):
    """Leaves signals to the program around it, which has more to stop than this server."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running_server(app: Litestar, host: str, port: int) -> AsyncIterator[str]:
    """Serve until the block is left, and tell the URL. Port 0 picks a free one.

    Raises OSError if nothing can listen there.
    """
    listener = _listen(host, port)
    server = _Server(
        uvicorn.Config(
            app,
            http=BoundedProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # whose X-Forwarded-For is believed is in HttpSettings
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_GRACE,
            ws_max_size=_MAX_MESSAGE,
            ws_ping_interval=_PING,
            ws_ping_timeout=_PING,
            ws_per_message_deflate=False,  # costs more time and memory than small messages save
        )
    )
    serving = asyncio.create_task(server.serve([listener]))
    try:
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait({ready, serving}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if serving.done():
            serving.result()
        name = f"[{host}]" if ":" in host else host
        yield f"http://{name}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await asyncio.wait({serving})
        listener.close()


def stop_signal() -> asyncio.Event:
    """Return what is set when the process is asked to stop, from now on."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns off Nagle's delay, which costs 40 ms an answer,
    # only where it is.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Or else the kernel keeps what a client does not read for as long as it likes.
            milliseconds = _UNREAD * 1_000
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        problem = getattr(error, "strerror", None) or error
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            problem = f"{problem}; name another port (--port), or stop what listens there"
        raise OSError(f"cannot listen on {host}:{port}: {problem}") from error
    return listener
