"""The HTTP protocol of one connection, with limits for the size and the time of a request."""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

MAX_HEAD = 65_536
"""The maximum size of the request line and headers in bytes, approximately.

The parser has no limit.
"""
PATIENCE = 30.0
"""Seconds within which a request must be complete, from its first byte."""


class BoundedProtocol(HttpToolsProtocol):
    """Answers 400 if a head is too large and 408 if a request is too slow, and closes the
    connection.

    A connection without any request is closed like an idle one. A connection that closes after a
    response stays open until its request has arrived, because the client of a connection that is
    closed earlier gets an error and not the response.
    """

    _is_in_head = True
    _head = 0
    _since: float | None = None
    """When the incomplete request began, by the clock of the loop."""
    _look: asyncio.TimerHandle | None = None
    _closes = False
    """Whether to close the connection at the end of the current request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base does
        super().connection_made(transport)
        self._begin_head()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_look()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        super().data_received(data)
        if self._is_in_head and self._head > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def handle_websocket_upgrade(self) -> None:
        self._end_look()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._since = self.loop.time()
        if self._look is None:
            self._look = self.loop.call_later(PATIENCE, self._look_after_it)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        super().on_headers_complete()
        if (cycle := self.cycle) is not None:
            cycle.transport = _TransportOfResponse(self, cycle)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._begin_head()
        if self.cycle is not None:
            self.cycle.more_body = False  # the base leaves it if the response is complete
        if self._closes:
            self.transport.close()

    def close_after(self, cycle: RequestResponseCycle) -> None:
        """Close the connection, or leave that to the end of the request if it is still arriving."""
        if cycle.more_body:
            self._closes = True
        else:
            self.transport.close()

    def _begin_head(self) -> None:
        self._is_in_head = True
        self._head = 0
        self._since = None

    def _end_look(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _look_after_it(self) -> None:
        """Close the connection if the current request is late; otherwise check again later.

        One timer serves all requests of a busy connection.
        """
        self._look = None
        if self._since is None or self.transport.is_closing():
            return
        if (due := self._since + PATIENCE) > self.loop.time():
            self._look = self.loop.call_at(due, self._look_after_it)
            return
        if not self._is_answered():
            text = b"The request took too long to arrive."
            lines = (
                b"content-type: text/plain; charset=utf-8",
                b"content-length: %d" % len(text),
                b"connection: close",
            )
            head = STATUS_LINE[HTTPStatus.REQUEST_TIMEOUT] + b"\r\n".join(lines)
            self.transport.write(head + b"\r\n\r\n" + text)
        self.transport.close()

    def _is_answered(self) -> bool:
        """Return whether a response to the current request was begun, so that another one would
        corrupt it.
        """
        cycle = self.cycle
        if cycle is None or not cycle.response_started:
            return False
        return cycle.more_body or not cycle.response_complete


class _TransportOfResponse(asyncio.Transport):
    """The transport that a response is written to. Closing it waits for the rest of the request."""

    def __init__(self, protocol: BoundedProtocol, cycle: RequestResponseCycle) -> None:
        super().__init__()
        self._protocol = protocol
        self._cycle = cycle

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._protocol.transport.write(data)

    def is_closing(self) -> bool:
        return self._protocol.transport.is_closing()

    def close(self) -> None:
        self._protocol.close_after(self._cycle)
