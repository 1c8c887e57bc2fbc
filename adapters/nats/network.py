"""The connection to NATS, and requests over it."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import ConnectionClosedError, Error, NoRespondersError

from ...ports.language.errors import Unavailable
from ...ports.language.reminders import Reminders
from .requests import Requests
from .service import Handler, Service

_log = logging.getLogger(__name__)

NETWORK = "the message broker"
"""Its name in errors."""

_PING = 5
"""Seconds between two pings. Two that are not answered end the connection."""
_RECONNECT = 0.25
_FLUSH = 5.0
"""Seconds to wait until the server has handled a subscription."""
_CLOSE = 2.0
"""Seconds to wait until a connection is closed."""
_FLUSH_ENDS = 300
"""Seconds after which an unanswered flush ends. Pings end its connection long before."""


class NobodyThere(Unavailable):
    """Nobody serves the subject, so nothing has happened."""


class ConnectionLost(Unavailable):
    """The connection was lost while a request waited for its answer, which will not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsAccess:
    """How to reach NATS."""

    servers: tuple[str, ...]
    """nats:// or tls:// URLs of one server or of several of a cluster."""
    name: str = "solebook"
    """The name of this process in the server's monitoring."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    credentials: str | None = field(default=None, repr=False)
    """The path of a file with a user's JWT and key."""
    tls: ssl.SSLContext | None = None
    connect_timeout: float = 2.0
    """Seconds to wait for a connection."""

    def options(self) -> dict[str, Any]:
        """Return the options of the library that say where to connect, as whom, and how long."""
        return {
            "servers": list(self.servers),
            "name": self.name,
            "user": self.user,
            "password": self.password,
            "token": self.token,
            "user_credentials": self.credentials,
            "tls": self.tls,
            "connect_timeout": max(1, round(self.connect_timeout)),
        }


class Network:
    """One connection to NATS, which is opened again whenever it is lost."""

    def __init__(self, access: NatsAccess) -> None:
        self._access = access
        self._client = Client()
        self._requests = Requests(self._client)
        self._closing: asyncio.Task[Any] | None = None
        """The task that disconnects, once it does."""
        self._interested: list[Callable[[], None]] = []
        self._reminders = Reminders()
        self._told = ""
        """What the client has reported last."""
        self.connections = 1
        """How often a server was reached. An answer is lost with the connection of its request."""

    async def __aenter__(self) -> Self:
        """Connect. Raises Unavailable if no server can be reached."""
        access = self._access
        try:
            async with asyncio.timeout(access.connect_timeout):
                await self._connect(access)
                await self._requests.begin()
        except TimeoutError as error:
            await self._close()
            raise Unavailable(what=NETWORK) from self._unreached(error)
        except (Error, OSError) as error:
            await self._close()
            raise Unavailable(what=NETWORK) from error
        return self

    def _unreached(self, error: Exception) -> Exception:
        """Return why there is no connection. The text has no secret."""
        hosts = ", ".join(server.rpartition("@")[2] for server in self._access.servers)
        patience = self._access.connect_timeout
        told = f" ({self._told})" if self._told else ""
        reason = TimeoutError(
            f"no connection to {hosts} within {patience:g} s{told}; check nats.url, or start NATS"
        )
        reason.__cause__ = error
        return reason

    async def _connect(self, access: NatsAccess) -> None:
        await self._client.connect(
            **access.options(),
            reconnect_time_wait=_RECONNECT,  # type: ignore[arg-type]  # it is passed to sleep
            max_reconnect_attempts=-1,
            ping_interval=_PING,
            error_cb=self._failed,
            disconnected_cb=self._disconnected,
            reconnected_cb=self._reconnected,
        )

    async def _disconnected(self) -> None:
        self._requests.fail()
        if self._closing is None:
            _log.warning("NATS cannot be reached; trying again")

    async def _failed(self, error: Exception) -> None:
        if self._closing is None:
            self._told = reason = str(error) or type(error).__name__
            if self._reminders.is_due("connection", reason, asyncio.get_running_loop().time()):
                _log.warning("the connection to NATS reports: %s", reason)
        elif asyncio.current_task() is not self._closing:
            # The client's task that connects again may miss that it was cancelled.
            raise asyncio.CancelledError

    async def _reconnected(self) -> None:
        if self._closing is not None:
            await self._client.close()
            return
        self.connections += 1
        for call in list(self._interested):
            call()
        _log.warning("NATS can be reached again")

    async def __aexit__(self, *_: object) -> None:
        """Disconnect. Handlers under way are not awaited."""
        self._closing = asyncio.current_task()
        await self._close()

    async def _close(self) -> None:
        """Close the client, which waits forever for a connection that was never quite encrypted."""
        with suppress(Error, OSError):
            async with asyncio.timeout(_CLOSE):
                try:
                    await self._client.close()
                except ConnectionError:  # some data cannot be sent, and the client stops halfway
                    self._client._status = Client.DISCONNECTED  # or it would do nothing
                    await self._client.close()

    @property
    def server_id(self) -> str:
        """The name of the server's process that is reached. A server has another after a start."""
        return str(self._client._server_info.get("server_id", ""))

    @property
    def is_connected(self) -> bool:
        """Whether a server can be reached at the moment."""
        return self._client.is_connected

    async def request(
        self,
        subject: str,
        payload: bytes,
        *,
        timeout: float,  # noqa: ASYNC109  # nats-py has it too
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """Send a request and return its answer within `timeout` seconds.

        Raises NobodyThere, after which nothing has happened, and Unavailable, after which anything
        may have happened, such as ConnectionLost.
        """
        if not self._client.is_connected:
            # The client would keep the request and send it when nobody waits for it any more.
            raise NobodyThere(what=NETWORK)
        try:
            return await self._requests.send(subject, payload, timeout, headers)
        except NoRespondersError as error:
            raise NobodyThere(what=NETWORK) from error
        except ConnectionClosedError as error:
            raise ConnectionLost(what=NETWORK) from error
        except (Error, OSError, TimeoutError) as error:
            raise Unavailable(what=NETWORK) from error

    async def publish(
        self,
        subject: str,
        payload: bytes,
        *,
        reply: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        """Send a message, which may be lost. Raises Unavailable without a connection."""
        if not self._client.is_connected:
            raise Unavailable(what=NETWORK)
        try:
            await self._client.publish(subject, payload, reply=reply, headers=headers)
        except (Error, OSError, TimeoutError) as error:
            raise Unavailable(what=NETWORK) from error

    async def subscribe(self, subject: str, call: Callable[[Msg], Awaitable[None]]) -> Subscription:
        """Call `call` with each message to a subject, one after the other. Raises Unavailable."""
        try:
            subscription = await self._client.subscribe(subject, cb=call)
            await self._flush()  # so that the server knows it when this returns
        except (Error, OSError, TimeoutError) as error:
            raise Unavailable(what=NETWORK) from error
        return subscription

    async def _flush(self) -> None:
        """Return when the server has handled what was sent. Raises what the client raises.

        The client takes a flush that was cancelled for a broken connection, so none is.
        """
        async with asyncio.timeout(_FLUSH):
            await asyncio.shield(self.ask_for_answer())

    def ask_for_answer(self) -> asyncio.Future[None]:
        """Return what is done when the server has answered. It must not be cancelled."""
        flushing = asyncio.ensure_future(self._client.flush(timeout=_FLUSH_ENDS))
        flushing.add_done_callback(lambda task: task.cancelled() or task.exception())
        return flushing

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        with suppress(Error, OSError, TimeoutError):  # it has ended with the connection
            await subscription.unsubscribe()

    @property
    def client(self) -> Client:
        """The client, for the library's own services."""
        return self._client

    def new_inbox(self) -> str:
        """Return a subject that nobody else has."""
        return self._client.new_inbox()

    def on_reconnect(self, call: Callable[[], None]) -> None:
        """Call `call` whenever the connection was interrupted and is there again."""
        self._interested.append(call)

    def forget(self, call: Callable[[], None]) -> None:
        """Do not call `call` any more."""
        self._interested.remove(call)

    async def serve(self, subject: str, handler: Handler) -> Service:
        """Answer the requests to a subject, any number at once, until the service is ended."""
        service = Service(handler)
        try:
            service.subscription = await self._client.subscribe(subject, cb=service.receive)
            await self._flush()  # so that the server knows it when this returns
        except (Error, OSError, TimeoutError) as error:
            raise Unavailable(what=NETWORK) from error
        return service
