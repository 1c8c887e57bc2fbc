"""The double as an ASGI application, and over a socket."""

import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...http.protocol import BoundedProtocol
from ...http.server import reserved_address, serving
from .answers import refusal
from .api import Api
from .control import Control
from .double import StripeDouble
from .errors import ApiError
from .http import DROP, BrokenOff, Receive, Scope, Send, send_json


class StripeApp:
    """Stripe's API under /v1/, and the double's own paths under /_double/."""

    def __init__(self, double: StripeDouble, *, key: str | None = None) -> None:
        """`key` is the only valid API key; without it, all keys of test mode are."""
        self._api = Api(double, key)
        self._control = Control(double)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise ValueError("the double answers HTTP alone")
        own = scope["path"].startswith("/_double/")
        try:
            await (self._control if own else self._api)(scope, receive, send)
        except BrokenOff:
            return
        except ApiError as error:
            await send_json(send, error.status, refusal(error).body)


class DroppableProtocol(BoundedProtocol):
    """Lets the application drop a connection without an answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {DROP: {"drop": self._drop}}

    def _drop(self) -> None:
        connection: socket.socket | None = self.transport.get_extra_info("socket")
        if connection is not None:
            # No time to linger: the client sees a reset, not an end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


@asynccontextmanager
async def running_double(
    double: StripeDouble, *, host: str = "127.0.0.1", port: int = 0, key: str | None = None
) -> AsyncIterator[str]:
    """Serve the double and deliver its events until the block is left, and yield its URL.

    Port 0 picks a free one. Raises OSError if the address cannot be used.
    """
    with reserved_address(host, port) as address:
        app = StripeApp(double, key=key)
        # The journal is closed last, so that calls under way can still be stored.
        async with double.running(), serving(app, address, DroppableProtocol) as url:
            double.base = url
            try:
                yield url
            finally:
                double.faults.clear()  # what is held would delay the end
