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

MAX_HEAD = 16_384
"""The maximum size of the request line and headers in bytes, approximately.

The parser has no limit.
"""
MAX_HEADERS = 100
"""The maximum number of headers. Whatever looks for one walks through all of them."""
_MOST_PIPELINED = 32
"""How many requests may wait for the answer to the one before them."""
_FREE_CHUNKS = 1_000
_SMALL_CHUNK = 64
"""Bytes that a chunk of a body has on average, beyond so many free ones. Each costs a call."""
_READ_WITHIN = 60.0
"""Seconds within which a client must read what waits for it, until little is left."""


def _refusal(status: HTTPStatus, *lines: bytes) -> bytes:
    """Return a whole answer. It has no text, because whoever causes it may have sent one byte."""
    return b"\r\n".join((STATUS_LINE[status] + b"connection: close", *lines, b"", b""))


_FULL = _refusal(HTTPStatus.SERVICE_UNAVAILABLE, b"retry-after: 1")
_TOO_LATE = _refusal(HTTPStatus.REQUEST_TIMEOUT)
_TOO_LARGE = _refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
_NO_REQUEST = _refusal(HTTPStatus.BAD_REQUEST)


class _TooMuch(Exception):
    """Makes the parser leave the rest of what it was given."""


class BoundedProtocol(HttpToolsProtocol):
    """Answers 503 if there are too many connections, 431 if a head is too large and 408 if a
    request is too slow, and closes the connection. So it does if a client pipelines too many
    requests, sends a body in too small chunks or trailers after it, or does not read its answers.

    A connection without any request is closed like an idle one. A connection that closes after a
    response stays open until its request has arrived, because the client of a connection that is
    closed earlier gets an error and not the response.
    """

    _is_in_head = True
    _head = 0
    """Bytes that arrived since the head began."""
    _parsed = 0
    """Bytes of the head that are parsed."""
    _chunks = 0
    _body = 0
    """Bytes of the body of the current request."""
    _since: float | None = None
    """When the incomplete request began, by the clock of the loop."""
    _look: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _refusal = _NO_REQUEST
    """What is answered if the parser fails."""
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
        self._end_unread()
        super().connection_lost(exc)

    def close(self) -> None:
        """Close the connection, on which nothing is under way.

        It would stay open while its client does not read, and nobody counts it any more.
        """
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(_READ_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._end_unread()

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        super().data_received(data)
        if self._is_in_head and self._head > MAX_HEAD and not self.transport.is_closing():
            self._hang_up(_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request. The base would send a text that is longer than most of it."""
        self._hang_up(self._refusal)

    def _hang_up(self, answer: bytes) -> None:
        """Close the connection, with an answer if it would not be taken for that of another
        request.
        """
        if self._may_be_answered() and not self.transport.is_closing():
            self.transport.write(answer)
        self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        self._end_look()
        self._end_unread()
        super().handle_websocket_upgrade()
        # From now on another protocol hears when the connection ends.
        protocol = self.transport.get_protocol()
        lost = protocol.connection_lost

        def connection_lost(exc: Exception | None) -> None:
            self._seats.leave(self)
            lost(exc)

        protocol.connection_lost = connection_lost  # type: ignore[method-assign]  # of this one

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= _MOST_PIPELINED:
            raise _TooMuch
        super().on_message_begin()
        self._seats.works(self)
        self._since = self.loop.time()
        if self._look is None:
            self._look = self.loop.call_later(self._patience, self._look_after_it)

    def on_url(self, url: bytes) -> None:
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_head(len(name) + len(value))
        super().on_header(name, value)

    def _count_head(self, size: int) -> None:
        self._parsed += size
        if not self._is_in_head or self._parsed > MAX_HEAD or len(self.headers) >= MAX_HEADERS:
            self._refusal = _TOO_LARGE
            raise _TooMuch

    def on_chunk_header(self) -> None:
        """Count the chunks of a body."""
        self._chunks += 1
        if self._chunks > _FREE_CHUNKS + self._body // _SMALL_CHUNK:
            raise _TooMuch

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
        self._body += len(body)
        super().on_body(body)
        is_kept = self.cycle is not None and not self.cycle.response_complete
        if is_kept and not self._seats.hold(self, len(body)):
            self._hang_up(_FULL)

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
        self._head = self._parsed = self._chunks = self._body = 0
        self._since = None

    def _end_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

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
        self._hang_up(_TOO_LATE)

    def _may_be_answered(self) -> bool:
        """Return whether no response to the current request was begun, nor is one to another under
        way.
        """
        cycle = self.cycle
        if cycle is None or self._is_in_head:
            return cycle is None or cycle.response_complete
        return not cycle.response_started and not self.pipeline


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
