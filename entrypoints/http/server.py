"""The HTTP server, inside a running event loop."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from functools import partial
from typing import Any

import uvicorn
from litestar import Litestar

from ...config.http import HttpSettings
from ..descriptors import raise_descriptors
from .connections import ConnectionLimits, Connections, connection_limits
from .encrypted import Encryption, Handshakes
from .protocol import BoundedProtocol
from .websocket import BoundedWebSocket

_KEEP_ALIVE = 75
"""Seconds that an idle connection stays open.

It is longer than the timeout of clients and proxies, so that no connection is closed during a
request.
"""
_MAX_MESSAGE = 65_536
"""The maximum size of a WebSocket message in bytes. The live stream has a lower limit."""
_PING = 20.0
"""Seconds between WebSocket pings, and the timeout of their answers."""
_UNREAD = 30
"""Seconds after which a connection is closed if its client reads nothing."""
_GRACE = 10
"""Seconds that running requests get when the server stops."""


class _Server(uvicorn.Server):
    """A server that leaves signals to the surrounding program, which has more to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def new_protocol(self) -> BoundedProtocol:
        """Return the protocol of a connection that the server has not accepted itself."""
        make: Any = self.config.http_protocol_class
        protocol: BoundedProtocol = make(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running_server(
    app: Litestar,
    host: str,
    port: int,
    limits: ConnectionLimits | None = None,
    encryption: Encryption | None = None,
) -> AsyncIterator[str]:
    """Serve until the block is left, and yield the URL. Port 0 picks a free port.

    Raises OSError if the address cannot be used.
    """
    with reserved_address(host, port) as address:
        async with serving(app, address, limits=limits, encryption=encryption) as url:
            yield url


@contextmanager
def reserved_address(host: str, port: int) -> Iterator[socket.socket]:
    """Take an address, so that no other program can, until the block is left.

    Who connects is refused until `serving` begins. Port 0 picks a free port. Raises OSError if the
    address cannot be used.
    """
    address = _bound(host, port)
    with closing(address):
        yield address


@asynccontextmanager
async def serving(
    app: Callable[..., Any],
    address: socket.socket,
    protocol: type[BoundedProtocol] = BoundedProtocol,
    limits: ConnectionLimits | None = None,
    encryption: Encryption | None = None,
) -> AsyncIterator[str]:
    """Serve at a reserved address until the block is left, and yield the URL.

    The default `limits` of connections are those of default settings. With `encryption`, it is
    served with TLS.
    """
    limits = limits or connection_limits(HttpSettings(), raise_descriptors())
    seats = Connections(limits)
    counted: Any = partial(protocol, seats=seats)
    server = _Server(
        uvicorn.Config(
            app,
            http=counted,
            ws=BoundedWebSocket,
            log_config=None,
            access_log=False,
            server_header=False,
            headers=encryption.headers if encryption else [],
            proxy_headers=False,  # HttpSettings says which proxies are trusted
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_GRACE,
            ws_max_size=_MAX_MESSAGE,
            ws_ping_interval=_PING,
            ws_ping_timeout=_PING,
            ws_per_message_deflate=False,  # not worth the time and memory for small messages
        )
    )
    # With TLS, connections come from `Handshakes`.
    task = asyncio.create_task(server.serve([] if encryption else [address]))
    try:
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait({ready, task}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if task.done():
            task.result()
        host, port = address.getsockname()[:2]
        name = f"[{host}]" if ":" in host else host
        if encryption is None:
            yield f"http://{name}:{port}"
            return
        handshakes = Handshakes(encryption, address, server.new_protocol, seats)
        async with handshakes.accepted():
            yield f"https://{name}:{port}"
    finally:
        server.should_exit = True
        await asyncio.wait({task})


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle's algorithm, which delays each response by 40 ms, only if the protocol
    # is given.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Without it the kernel buffers unread data without a time limit.
            milliseconds = _UNREAD * 1_000
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        problem = getattr(error, "strerror", None) or error
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            problem = f"{problem}; choose another port (--port), or stop the program that uses it"
        raise OSError(f"cannot listen on {host}:{port}: {problem}") from error
    return listener
