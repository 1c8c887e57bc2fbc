"""The WebSocket protocol of one connection, with a limit for its frames."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

_SLICE = 2_048
"""Bytes that are read at once. A frame may have six, and all of a slice are handled together."""
_BURST = 1_000
_PER_SECOND = 200.0
"""Frames of one connection. As many messages as an address has tokens fit into it."""
_MOST_UNREAD = 1_048_576
"""Bytes that wait for the client to read. Pings are answered whether it reads or not."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Closes a connection whose client sends too many frames.

    Only whole messages take tokens of the rate limits. Pings, pongs and parts of messages would be
    free otherwise, and one connection could send a hundred thousand of them in a second.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._left = float(_BURST)
        self._at = self.loop.time()

    def data_received(self, data: bytes) -> None:
        for begin in range(0, len(data), _SLICE):
            if self.transport.is_closing():
                return
            super().data_received(data[begin : begin + _SLICE])

    def handle_text(self, event: Frame) -> None:
        self._count()
        super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        self._count()
        super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        self._count()
        super().handle_cont(event)

    def handle_ping(self) -> None:
        self._count()
        super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        self._count()
        super().handle_pong(event)

    def _count(self) -> None:
        """Count a frame, and close the connection if it is one too many."""
        now = self.loop.time()
        self._left = min(_BURST, self._left + (now - self._at) * _PER_SECOND) - 1
        self._at = now
        if self.transport.get_write_buffer_size() > _MOST_UNREAD:
            self.transport.abort()
        elif self._left < 0 and not self.transport.is_closing():
            self.conn.send_close(CloseCode.POLICY_VIOLATION, "too many frames")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
