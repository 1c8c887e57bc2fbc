"""The live stream of books and orders, over one WebSocket."""

from typing import Any, TypeAlias
from urllib.parse import urlsplit

from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketException
from litestar.params import SkipValidation

from ....composition.application import Application
from ....config.http import HttpSettings
from ....config.stream import StreamSettings
from ..edge.bearer import PUBLIC
from ..edge.rate_limiting import RequestLimits
from .connection import StreamConnection
from .seats import Seats

_STRANGE_ORIGIN = 4403
"""Sent before the handshake is complete, so the client gets HTTP 403."""


class Stream:
    """The state that all connections of one process share."""

    def __init__(
        self,
        application: Application,
        settings: StreamSettings,
        http: HttpSettings,
        limits: RequestLimits,
    ) -> None:
        self._application = application
        self._settings = settings
        self._http = http
        self._limits = limits
        self._seats = Seats()
        application.adapters.measurements.watch_streams(lambda: self._seats.count)

    async def serve(self, socket: WebSocket[Any, Any, Any]) -> None:
        """Serve one client until it disconnects.

        Raises WebSocketException for a disallowed origin.
        """
        self._check_origin(socket)
        connection = StreamConnection(
            socket, self._application, self._settings, self._seats, self._limits
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
