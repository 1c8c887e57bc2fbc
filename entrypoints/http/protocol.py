"""The HTTP protocol of one connection, with limits to how large and how slow a request may be."""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MAX_HEAD = 65_536
"""Bytes of a request's first line and headers, about. The parser itself takes any number."""
PATIENCE = 30.0
"""Seconds from the first byte of a request until all of it must be there."""


class BoundedProtocol(HttpToolsProtocol):
    """Answers 400 to a head that is too long and 408 to a request that is too slow, and hangs up.

    A connection on which nothing is asked at all is closed like one that is kept alive in vain.
    """

    _is_in_head = True
    _head = 0
    _since: float | None = None
    """When the request began that is not complete, by the clock of the loop."""
    _look: asyncio.TimerHandle | None = None

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

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._begin_head()

    def _begin_head(self) -> None:
        self._is_in_head = True
        self._head = 0
        self._since = None

    def _end_look(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _look_after_it(self) -> None:
        """Hang up if the request under way is late, and look again later if it is not yet.

        One timer serves all requests of a busy connection.
        """
        self._look = None
        if self._since is None or self.transport.is_closing():
            return
        if (due := self._since + PATIENCE) > self.loop.time():
            self._look = self.loop.call_at(due, self._look_after_it)
            return
        if not self._is_answering():
            text = b"The request took too long to arrive."
            lines = (
                b"content-type: text/plain; charset=utf-8",
                b"content-length: %d" % len(text),
                b"connection: close",
            )
            head = STATUS_LINE[HTTPStatus.REQUEST_TIMEOUT] + b"\r\n".join(lines)
            self.transport.write(head + b"\r\n\r\n" + text)
        self.transport.close()

    def _is_answering(self) -> bool:
        """Return whether part of an answer was sent already, so that another would garble it."""
        cycle = self.cycle
        return cycle is not None and cycle.response_started and not cycle.response_complete
