"""The live stream: books and orders as they change, over one WebSocket."""

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
from .connection import StreamConnection
from .seats import Seats

_log = logging.getLogger("solebook.http")

_STRANGE_ORIGIN = 4403
"""Told before the handshake is over, so the client sees an HTTP 403."""


class Stream:
    """Everything that the connections of one process share."""

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
        """Serve one client to its end. Raises WebSocketException for a page of a strange origin."""
        self._check_origin(socket)
        address = self._address_of(socket.scope)

        async def count(actor: Actor | None) -> None:
            limits = self._application.adapters.rate_limits
            try:
                await limits.take(f"address:{address}", self._http.address_limit)
                if actor is not None:
                    await limits.take(f"user:{actor.user_id}", self._http.user_limit)
            except Unavailable as error:
                # As with requests: better a while without limits than no market at all.
                _log.warning("%s", error)

        connection = StreamConnection(
            socket, self._application, self._settings, self._seats, address=address, count=count
        )
        await connection.run()

    def _check_origin(self, socket: WebSocket[Any, Any, Any]) -> None:
        """Let in programs, the server's own pages, and those that may call the API as well."""
        origin = socket.headers.get("origin")
        allowed = self._http.cors_origins
        if origin is None or origin in allowed or "*" in allowed:
            return
        if urlsplit(origin).netloc.lower() != socket.headers.get("host", "").lower():
            raise WebSocketException(detail="this origin may not connect", code=_STRANGE_ORIGIN)


TheStream: TypeAlias = NamedDependency[SkipValidation[Stream]]
"""The parameter `stream` of the handler."""


@websocket("/v1/stream", opt=PUBLIC)
async def follow_market(socket: WebSocket[Any, Any, Any], stream: TheStream) -> None:
    """Tell the client what it subscribes to: see docs/how-to/follow-a-book.md."""
    await stream.serve(socket)
