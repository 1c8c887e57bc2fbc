"""The connection to NATS, and requests over it."""

import asyncio
import logging
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from nats.aio.client import Client
from nats.errors import Error, NoRespondersError

from ...ports.language.errors import Unavailable
from .service import Handler, Service

_log = logging.getLogger(__name__)

NETWORK = "the message broker"
"""Its name in errors."""

_PING = 5
"""Seconds between two pings. Two that are not answered end the connection."""
_RECONNECT = 0.25


class NobodyThere(Unavailable):
    """Nobody serves the subject, so nothing has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsAccess:
    """How to reach NATS."""

    servers: tuple[str, ...]
    """nats:// or tls:// URLs of one server or of several of a cluster."""
    name: str = "solebook"
    """The name of this process in the server's monitoring."""
    user: str | None = None
    password: str | None = None
    token: str | None = None
    credentials: str | None = None
    """The path of a file with a user's JWT and key."""
    tls: ssl.SSLContext | None = None
    connect_timeout: float = 2.0
    """Seconds to wait for a connection."""


class Network:
    """One connection to NATS, which is opened again whenever it is lost."""

    def __init__(self, access: NatsAccess) -> None:
        self._access = access
        self._client = Client()
        self._is_closing = False
        self.connections = 1
        """How often a server was reached. An answer is lost with the connection of its request."""

    async def __aenter__(self) -> Self:
        """Connect. Raises Unavailable if no server can be reached."""
        access = self._access
        try:
            async with asyncio.timeout(access.connect_timeout):
                await self._connect(access)
        except (Error, OSError, TimeoutError) as error:
            with suppress(Error, OSError):
                await self._client.close()
            raise Unavailable(what=NETWORK) from error
        return self

    async def _connect(self, access: NatsAccess) -> None:
        await self._client.connect(
            servers=list(access.servers),
            name=access.name,
            user=access.user,
            password=access.password,
            token=access.token,
            user_credentials=access.credentials,
            tls=access.tls,
            connect_timeout=max(1, round(access.connect_timeout)),
            reconnect_time_wait=_RECONNECT,  # type: ignore[arg-type]  # it is passed to sleep
            max_reconnect_attempts=-1,
            ping_interval=_PING,
            error_cb=_log_error,
            disconnected_cb=self._disconnected,
            reconnected_cb=self._reconnected,
        )

    async def _disconnected(self) -> None:
        if not self._is_closing:
            _log.warning("NATS cannot be reached; trying again")

    async def _reconnected(self) -> None:
        self.connections += 1
        _log.warning("NATS can be reached again")

    async def __aexit__(self, *_: object) -> None:
        """Disconnect. Handlers under way are not awaited."""
        self._is_closing = True
        await self._client.close()

    @property
    def is_connected(self) -> bool:
        """Whether a server can be reached at the moment."""
        return self._client.is_connected

    @property
    def client(self) -> Client:
        """The client, for JetStream."""
        return self._client

    async def request(self, subject: str, payload: bytes, *, timeout: float) -> bytes:  # noqa: ASYNC109  # nats-py has it too
        """Send a request and return its answer within `timeout` seconds.

        Raises NobodyThere, after which nothing has happened, and Unavailable, after which anything
        may have happened.
        """
        if not self._client.is_connected:
            # The client would keep the request and send it when nobody waits for it any more.
            raise NobodyThere(what=NETWORK)
        try:
            message = await self._client.request(subject, payload, timeout=timeout)
        except NoRespondersError as error:
            raise NobodyThere(what=NETWORK) from error
        except (Error, OSError, TimeoutError) as error:
            raise Unavailable(what=NETWORK) from error
        return message.data

    async def serve(self, subject: str, handler: Handler) -> Service:
        """Answer the requests to a subject, any number at once, until the service is ended."""
        service = Service(handler)
        try:
            service.subscription = await self._client.subscribe(subject, cb=service.receive)
            await self._client.flush()  # so that the server knows it when this returns
        except (Error, OSError, TimeoutError) as error:
            raise Unavailable(what=NETWORK) from error
        return service


async def _log_error(error: Exception) -> None:
    _log.warning("the connection to NATS reports: %s", str(error) or type(error).__name__)
