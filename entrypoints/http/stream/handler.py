"""The live stream of books and orders, over one WebSocket."""

import logging
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketException
from litestar.params import SkipValidation

from ....composition.application import Application
from ....config.http import HttpSettings
from ....config.stream import StreamSettings
from ....ports.language.errors import Unavailable
from ....ports.language.users import Actor
from ..edge.bearer import PUBLIC
from ..edge.client_address import AddressOf
from ..edge.rate_limiting import bucket_of
from .connection import StreamConnection
from .seats import Seats

_log = logging.getLogger("solebook.http")

_STRANGE_ORIGIN = 4403
"""Sent before the handshake is complete, so the client gets HTTP 403."""


class Stream:
    """The state that all connections of one process share."""

    def __init__(
        self,
        application: Application,
        settings: StreamSettings,
        http: HttpSettings,
        address_of: AddressOf,
    ) -> None:
        self._application = application
        self._settings = settings
        self._http = http
        self._address_of = address_of
        self._seats = Seats()

    async def serve(self, socket: WebSocket[Any, Any, Any]) -> None:
        """Serve one client until it disconnects.

        Raises WebSocketException for a disallowed origin.
        """
        self._check_origin(socket)
        address = self._address_of(socket.scope)

        async def count(actor: Actor | None, cost: int) -> None:
            limits = self._application.adapters.rate_limits
            try:
                await limits.take(f"address:{address}", self._http.address_limit, cost)
                if actor is not None:
                    http = self._http
                    bucket, limit = bucket_of(
                        actor, user_limit=http.user_limit, key_limit=http.key_limit
                    )
                    await limits.take(bucket, limit, cost)
            except Unavailable as error:
                # As for requests: no limits for a while are better than no market.
                _log.warning("%s", error)

        connection = StreamConnection(
            socket, self._application, self._settings, self._seats, address=address, count=count
        )
        await connection.run()

    def _check_origin(self, socket: WebSocket[Any, Any, Any]) -> None:
        """Allow programs, the server's own pages, and the origins that may call the API."""
        origin = socket.headers.get("origin")
        allowed = self._http.cors_origins
        if origin is None or origin in allowed or "*" in allowed:
            return
        if urlsplit(origin).netloc.lower() != socket.headers.get("host", "").lower():
            raise WebSocketException(detail="this origin is not allowed", code=_STRANGE_ORIGIN)


TheStream: TypeAlias = NamedDependency[SkipValidation[Stream]]
"""The parameter `stream` of the handler."""


@websocket("/v1/stream", opt=PUBLIC)
async def follow_market(socket: WebSocket[Any, Any, Any], stream: TheStream) -> None:
    """Send the client what it subscribes to: see docs/how-to/follow-a-book.md."""
    await stream.serve(socket)
