"""Connections to checked addresses: a host is looked up once, and what was checked is reached."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import httpcore
from httpcore import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

from .public_addresses import is_public

LookUp: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host. Raises OSError."""

_TRIED = 4
"""How many addresses of a host are tried."""
_MOST_READ = 65_536
"""Bytes. The status is in the first line, after a few interim answers at most."""


class NotPublic(Exception):
    """A host has an address that is not public."""


class NoSuchHost(Exception):
    """A host could not be looked up."""


def _addresses(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class SystemLookUp:
    """Looks up hosts as the operating system does, in threads of its own.

    A look-up cannot be stopped, and a name server that hangs holds a thread for half a minute. So a
    host has one thread at most: whoever asks for it meanwhile waits for the same answer.
    """

    def __init__(
        self, at_once: int, *, find: Callable[[str, int], Sequence[str]] = _addresses
    ) -> None:
        """`at_once` is how many hosts are looked up at once."""
        self._at_once = at_once
        self._find = find
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="look-up")
        self._under_way: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host. Raises OSError."""
        asked = host.lower(), port
        found = self._under_way.get(asked)
        if found is None:
            if len(self._under_way) >= self._at_once:
                raise OSError("too many hosts are being looked up")
            loop = asyncio.get_running_loop()
            found = loop.run_in_executor(self._threads, self._find, *asked)
            self._under_way[asked] = found
            found.add_done_callback(lambda ended: self._end(asked, ended))
        return list(dict.fromkeys(await asyncio.shield(found)))

    def _end(self, asked: tuple[str, int], ended: asyncio.Future[Sequence[str]]) -> None:
        del self._under_way[asked]
        if not ended.cancelled():
            ended.exception()  # nobody may be left to see it

    def close(self) -> None:
        """Leave the threads to end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class CheckedConnections(AsyncNetworkBackend):
    """Opens connections to public addresses only, unless they may go `anywhere`.

    If one address of a host is not public, none is used: whoever says so wants something else.
    Nothing looks the host up again between the check and the connection. TLS still checks the
    host's name.
    """

    def __init__(self, look_up: LookUp, *, anywhere: bool) -> None:
        self._look_up = look_up
        self._anywhere = anywhere
        self._network = AnyIOBackend()

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the checked addresses of a host. Raises NoSuchHost, NotPublic."""
        try:
            found = await self._look_up(host, port)
        except (OSError, UnicodeError) as error:
            raise NoSuchHost(host) from error
        if not found:
            raise NoSuchHost(host)
        if not self._anywhere and not all(map(is_public, found)):
            raise NotPublic(host)
        return found[:_TRIED]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # of the package
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address of a host that answers. `timeout` is for each of them.

        Raises NoSuchHost, NotPublic, and the errors of httpcore.
        """
        failure: Exception | None = None
        for address in await self.addresses(host, port):
            try:
                connected = await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BriefStream(connected)
        assert failure is not None, f"{host} has no address"
        raise failure

    async def connect_unix_socket(self, *_: Any, **__: Any) -> AsyncNetworkStream:
        """Refuse: a socket of this machine is nobody's endpoint."""
        raise NotPublic("a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)


class _BriefStream(AsyncNetworkStream):
    """A connection of which only the beginning is read.

    Interim answers without end would otherwise keep the process busy until the timeout.
    """

    def __init__(self, stream: AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = _MOST_READ

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109  # of the package
    ) -> bytes:
        """Read, unless too much was read before: an error of httpcore then."""
        if self._left <= 0:
            raise httpcore.ReadError("the answer is too long")
        part = await self._stream.read(min(max_bytes, self._left), timeout)
        self._left -= len(part)
        return part

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109  # of the package
    ) -> None:
        """Write."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # of the package
    ) -> AsyncNetworkStream:
        """Return the encrypted connection."""
        encrypted = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _BriefStream(encrypted)

    def get_extra_info(self, info: str) -> Any:
        """Return what the package asks of the connection."""
        return self._stream.get_extra_info(info)
