"""A call of gRPC by hand, because the library's client sends none whose time is over."""

import asyncio
from struct import pack

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _PING = 0, 1, 3, 4, 6
_ACK = _END = 0x1
_END_HEADERS = 0x4
_STREAM = 1


class RawCall:
    """One call on a connection of HTTP/2, frame by frame."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._told = b""

    @classmethod
    async def open(cls, port: int, path: str, *, time: str, **headers: str) -> "RawCall":
        """Send the headers of a call, with its time as gRPC writes it: `1n`, `5S`."""
        call = cls(*await asyncio.open_connection("127.0.0.1", port))
        fields = {
            ":method": "POST",
            ":scheme": "http",
            ":path": path,
            ":authority": f"127.0.0.1:{port}",
            "content-type": "application/grpc",
            "te": "trailers",
            "grpc-timeout": time,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        encoded = b"".join(map(_literal, fields, fields.values()))
        call._writer.write(_PREFACE)
        call._send(_SETTINGS, 0, 0, b"")
        call._send(_HEADERS, _END_HEADERS, _STREAM, encoded)
        return call

    def send(self, body: bytes) -> None:
        """Send the request."""
        self._send(_DATA, _END, _STREAM, pack("!BI", 0, len(body)) + body)

    async def answer(self) -> bytes:
        """Return the content of the frames of the answer, up to its end."""
        ends = False
        while not ends:
            kind, flags = await self._receive()
            ends = kind == _RESET or (kind == _HEADERS and bool(flags & _END))
        return self._told

    async def close(self) -> None:
        """Close the connection when the server has read everything."""
        self._send(_PING, 0, 0, b"8 bytes!")
        while await self._receive() != (_PING, _ACK):
            pass
        self._writer.close()
        await self._writer.wait_closed()

    def _send(self, kind: int, flags: int, stream: int, content: bytes) -> None:
        self._writer.write(pack("!I", len(content))[1:] + pack("!BBI", kind, flags, stream))
        self._writer.write(content)

    async def _receive(self) -> tuple[int, int]:
        """Receive a frame, and return its kind and its flags."""
        head = await self._reader.readexactly(9)
        content = await self._reader.readexactly(int.from_bytes(head[:3], "big"))
        kind, flags = head[3], head[4]
        if kind in (_SETTINGS, _PING) and not flags & _ACK:
            self._send(kind, _ACK, 0, content if kind == _PING else b"")
        if int.from_bytes(head[5:], "big") == _STREAM:
            self._told += content
        return kind, flags


def _literal(name: str, value: str) -> bytes:
    """Encode a header without a table and without compression."""
    return b"\0" + b"".join(bytes([len(text)]) + text.encode() for text in (name, value))
