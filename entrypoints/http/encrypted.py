"""TLS before HTTP: the handshake of a connection, which is counted and timed like a request."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from ...composition.certificates import Certificate
from .connections import Connections
from .protocol import BoundedProtocol

_FAREWELL = 5.0
"""Seconds that a client has to answer the end of its connection."""
_BACKLOG = 2_048
"""Connections that wait to be accepted, as many as without TLS."""
_FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a server is encrypted."""

    certificate: Certificate
    headers: list[tuple[str, str]] = field(default_factory=list)
    """Headers of every answer."""


def encryption_with(
    certificate: Certificate | None, hsts: timedelta = timedelta(0)
) -> Encryption | None:
    """Return how a server with a certificate is encrypted, or None without one.

    `hsts` is for how long browsers refuse to come without TLS.
    """
    if certificate is None:
        return None
    seconds = int(hsts.total_seconds())
    told = [("strict-transport-security", f"max-age={seconds}")] if seconds else []
    return Encryption(certificate, told)


class Handshakes:
    """Accepts connections and shakes hands on each, before its protocol hears of it.

    The library's own server would count and time a connection only from the end of its handshake
    on, so that a client could hold any number of connections by saying nothing.
    """

    def __init__(
        self,
        encryption: Encryption,
        listener: socket.socket,
        protocol: Callable[[], BoundedProtocol],
        seats: Connections,
    ) -> None:
        """Create it; `protocol` follows a handshake, and `seats` counts the connections."""
        self._encryption = encryption
        self._listener = listener
        self._protocol = protocol
        self._seats = seats
        self._under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def accepted(self) -> AsyncIterator[None]:
        """Accept connections until the block is left, and then leave handshakes incomplete."""
        self._listener.setblocking(False)
        self._listener.listen(_BACKLOG)
        accepting = asyncio.create_task(self._accept())
        try:
            yield
        finally:
            accepting.cancel()
            await asyncio.wait({accepting})
            for task in self._under_way:
                task.cancel()
            if self._under_way:
                await asyncio.wait(self._under_way)
            self._listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            accepting = loop.create_task(loop.sock_accept(self._listener))
            try:
                connection, peer = await accepting
            except asyncio.CancelledError:
                if accepting.done() and not accepting.cancelled() and not accepting.exception():
                    accepting.result()[0].close()  # it came at the same moment
                raise
            except OSError as error:
                # Without a free descriptor, the connection waits, and so does who asks for it.
                await asyncio.sleep(_PAUSE if error.errno in _FULL else 0)
                continue
            handshake = _Handshake((str(peer[0]), int(peer[1])))
            if not self._seats.admit(handshake, loop.time()):
                connection.close()  # its client could read no answer
                continue
            task = asyncio.create_task(self._shake_hands(handshake, connection))
            handshake.task = task
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _shake_hands(self, handshake: "_Handshake", connection: socket.socket) -> None:
        """Shake hands. The newest certificate is shown."""

        def next_protocol() -> BoundedProtocol:
            protocol = self._protocol()
            connection_made = protocol.connection_made

            def counted_again(transport: asyncio.Transport) -> None:
                self._seats.leave(handshake)
                connection_made(transport)

            protocol.connection_made = counted_again  # type: ignore[method-assign]  # of this one
            return protocol

        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                next_protocol,
                connection,
                ssl=self._encryption.certificate.context,
                ssl_handshake_timeout=self._seats.limits.head_timeout,
                ssl_shutdown_timeout=_FAREWELL,
            )
        except OSError:
            pass  # no TLS, too old, too late, or gone
        finally:
            self._seats.leave(handshake)


class _Handshake:
    """A handshake, as one of the connections that are counted."""

    def __init__(self, client: tuple[str, int]) -> None:
        self.client: tuple[str, int] | None = client
        self.task: asyncio.Task[None] | None = None

    def close(self) -> None:
        """End it, and the connection."""
        if self.task is not None:
            self.task.cancel()
