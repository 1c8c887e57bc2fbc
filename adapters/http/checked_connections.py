"""Connections to checked addresses: a host is looked up once, and what was checked is reached."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import httpcore
from httpcore import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

from .public_addresses import is_public

LookUp: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host. Raises OSError."""

_LOOK_UPS = 8
"""How many hosts are looked up at once. A name server that hangs delays no other work."""
_TRIED = 4
"""How many addresses of a host are tried."""


class NotPublic(Exception):
    """A host has an address that is not public."""


class NoSuchHost(Exception):
    """A host could not be looked up."""


class SystemLookUp:
    """Looks up hosts as the operating system does, in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOK_UPS, thread_name_prefix="look-up")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host. Raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _addresses, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Leave the threads to end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


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
        """Connect to the first address of a host that answers.

        Raises NoSuchHost, NotPublic, and the errors of httpcore.
        """
        failure: Exception | None = None
        for address in await self.addresses(host, port):
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        assert failure is not None, f"{host} has no address"
        raise failure

    async def connect_unix_socket(self, *_: Any, **__: Any) -> AsyncNetworkStream:
        """Refuse: a socket of this machine is nobody's endpoint."""
        raise NotPublic("a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)
