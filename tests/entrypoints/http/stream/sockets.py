"""A client of the live stream that talks to the application without a network."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from litestar import Litestar

PATH = "/v1/stream"
PATIENCE = 60.0
"""Seconds of real time after which something hangs."""


_open: set["Socket"] = set()


class Closed(Exception):
    """The server closed the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Socket:
    """One connection. While `reads` is cleared, whoever sends to the client waits."""

    def __init__(self) -> None:
        self.reads = asyncio.Event()
        self.reads.set()
        self.gone = False
        """Whether the network tells the server that nobody is there when it sends."""
        self._to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._to_client: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._being_sent = False
        self.serving: asyncio.Task[None] | None = None

    # ---- the server's side -------------------------------------------------------------------

    async def receive(self) -> dict[str, Any]:
        return await self._to_server.get()

    async def send(self, message: dict[str, Any]) -> None:
        assert not self._being_sent, "a message is begun before the last one is sent"
        self._being_sent = True
        try:
            await self.reads.wait()
        finally:
            self._being_sent = False
        if self.gone:
            raise OSError("the client is gone")
        self._to_client.put_nowait(message)

    # ---- the client's side -------------------------------------------------------------------

    def say(self, **request: Any) -> None:
        self.say_text(json.dumps(request))

    def say_text(self, text: str) -> None:
        self._to_server.put_nowait({"type": "websocket.receive", "text": text})

    def say_bytes(self, sent: bytes) -> None:
        self._to_server.put_nowait({"type": "websocket.receive", "bytes": sent})

    def hang_up(self) -> None:
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1005})

    async def hear(self) -> Any:
        """Return the next message. Raises Closed."""
        async with asyncio.timeout(PATIENCE):
            return self._message(await self._to_client.get())

    async def ask(self, **request: Any) -> Any:
        """Say something and return what is heard next."""
        self.say(**request)
        return await self.hear()

    async def news(self) -> list[Any]:
        """Return what is heard without time passing."""
        for _ in range(20):
            await asyncio.sleep(0)
        heard = []
        while not self._to_client.empty():
            heard.append(self._message(self._to_client.get_nowait()))
        return heard

    async def close_code(self) -> int:
        """Return the code that the connection was closed with, whatever was said before."""
        while True:
            try:
                await self.hear()
            except Closed as closed:
                return closed.code

    @staticmethod
    def _message(message: dict[str, Any]) -> Any:
        if message["type"] == "websocket.close":
            raise Closed(message["code"], message["reason"])
        if message["type"] == "websocket.accept":
            return "accepted"
        return json.loads(message["text"])


@asynccontextmanager
async def connected(
    app: Litestar,
    headers: dict[str, str] | None = None,
    *,
    address: str = "203.0.113.1",
    path: str = PATH,
) -> AsyncIterator[Socket]:
    """Connect, and in the end hang up and see that the server lets go of everything."""
    socket = Socket()
    sent = {"Host": "market.test", **(headers or {})}
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": (address, 1),
        "server": ("market.test", 80),
        "subprotocols": [],
        "extensions": {},
    }
    _open.add(socket)
    socket._to_server.put_nowait({"type": "websocket.connect"})
    socket.serving = asyncio.create_task(
        cast(Any, app)(scope, socket.receive, socket.send), name="connection"
    )
    try:
        yield socket
    finally:
        socket.reads.set()
        socket.hang_up()
        async with asyncio.timeout(PATIENCE):
            await socket.serving
        for _ in range(3):
            await asyncio.sleep(0)
        _open.remove(socket)
        if not _open:
            left = [task for task in asyncio.all_tasks() if "StreamConnection" in repr(task)]
            assert left == []


async def accepted(socket: Socket) -> None:
    assert await socket.hear() == "accepted"
