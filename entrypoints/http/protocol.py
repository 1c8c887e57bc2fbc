"""The HTTP protocol of one connection, with limits for the size and the time of a request."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from .connections import Connections

MAX_HEAD = 65_536
"""The maximum size of the request line and headers in bytes, approximately.

The parser has no limit.
"""


def _refusal(status: HTTPStatus, *lines: bytes) -> bytes:
    """Return a whole answer. It has no text, because whoever causes it may have sent one byte."""
    return b"\r\n".join((STATUS_LINE[status] + b"connection: close", *lines, b"", b""))


_FULL = _refusal(HTTPStatus.SERVICE_UNAVAILABLE, b"retry-after: 1")
_TOO_LATE = _refusal(HTTPStatus.REQUEST_TIMEOUT)
_TOO_LARGE = _refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
_NO_REQUEST = _refusal(HTTPStatus.BAD_REQUEST)


class BoundedProtocol(HttpToolsProtocol):
    """Answers 503 if there are too many connections, 431 if a head is too large and 408 if a
    request is too slow, and closes the connection.

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

    def __init__(self, *arguments: Any, seats: Connections, **named: Any) -> None:
        """Create it; `seats` counts the server's connections."""
        super().__init__(*arguments, **named)
        self._seats = seats

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base does
        super().connection_made(transport)
        if not self._seats.admit(self, self.loop.time()):
            transport.write(_FULL)
            transport.close()
            return
        self._begin_head()
        self.timeout_keep_alive_task = self.loop.call_later(
            min(self.timeout_keep_alive, self._seats.limits.head_timeout),
            self.timeout_keep_alive_handler,
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self._seats.leave(self)
        self._end_look()
        super().connection_lost(exc)

    def close(self) -> None:
        """Close the connection, on which nothing is under way."""
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        super().data_received(data)
        if self._is_in_head and self._head > MAX_HEAD and not self.transport.is_closing():
            self._hang_up(_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request. The base would send a text that is longer than most of it."""
        self._hang_up(_NO_REQUEST)

    def _hang_up(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        self._end_look()
        super().handle_websocket_upgrade()
        # From now on another protocol hears when the connection ends.
        protocol = self.transport.get_protocol()
        lost = protocol.connection_lost

        def connection_lost(exc: Exception | None) -> None:
            self._seats.leave(self)
            lost(exc)

        protocol.connection_lost = connection_lost  # type: ignore[method-assign]  # of this one

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._seats.works(self)
        self._since = self.loop.time()
        if self._look is None:
            self._look = self.loop.call_later(self._patience, self._look_after_it)

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
            if self.cycle.response_complete:
                self._seats.rests(self, self.loop.time())
        if self._closes:
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        is_kept = self.cycle is not None and not self.cycle.response_complete
        if is_kept and not self._seats.hold(self, len(body)):
            self._answer_too_much()

    def _answer_too_much(self) -> None:
        """Close the connection because its address has sent too much at once."""
        if not self._is_answered() and not self.transport.is_closing():
            self.transport.write(_FULL)
        self.transport.close()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._seats.let_go(self)
        if self._since is None and not self.pipeline:
            self._seats.rests(self, self.loop.time())

    @property
    def _patience(self) -> float:
        limits = self._seats.limits
        if self._is_in_head:
            return min(limits.head_timeout, limits.request_timeout)
        return limits.request_timeout

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
        if (due := self._since + self._patience) > self.loop.time():
            self._look = self.loop.call_at(due, self._look_after_it)
            return
        if not self._is_answered():
            self._hang_up(_TOO_LATE)
        else:
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
