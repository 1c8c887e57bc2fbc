"""A pooler between clients and PostgreSQL, such as PgBouncer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from struct import pack, unpack
from typing import Literal, NamedTuple

from .postgres_server import PostgresServer

Mode = Literal["session", "transaction"]
_KNOWN = {"user", "database", "client_encoding", "application_name", "timezone"}
_END = b"X"
_STATUS, _READY, _IDLE = b"S", b"Z", b"I"
_SSL, _CANCEL = 80_877_103, 80_877_102


class _Message(NamedTuple):
    kind: bytes
    content: bytes

    @property
    def encoded(self) -> bytes:
        return self.kind + pack("!I", len(self.content) + 4) + self.content


class _End(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def receive(self) -> _Message:
        kind = await self.reader.readexactly(1)
        return _Message(kind, await self._rest())

    async def _rest(self) -> bytes:
        (length,) = unpack("!I", await self.reader.readexactly(4))
        return await self.reader.readexactly(length - 4)

    async def receive_startup(self) -> bytes:
        return await self._rest()

    def send(self, *messages: _Message) -> None:
        self.writer.write(b"".join(message.encoded for message in messages))


class Pooler:
    """Passes clients on to servers' connections, for a session or for each transaction.

    It refuses settings that it does not know, or ignores them.
    """

    def __init__(self, server: PostgresServer, database: str, mode: Mode, *, ignores: bool) -> None:
        self._socket = server.folder / ".s.PGSQL.5432"
        self._database = database
        self._mode = mode
        self._ignores = ignores
        self._idle: list[_End] = []
        self._told: list[_Message] = []
        """What the server has told of itself."""
        self._ends: list[_End] = []

    @asynccontextmanager
    async def url(self) -> AsyncIterator[str]:
        listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        yield f"postgresql://postgres@127.0.0.1:{port}/{self._database}?sslmode=disable"
        listening.close()
        for end in self._ends:
            end.writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _End(reader, writer)
        self._ends.append(client)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            if await self._is_let_in(client):
                await self._pass_on(client)
        writer.close()

    async def _is_let_in(self, client: _End) -> bool:
        startup = await client.receive_startup()
        if unpack("!I", startup[:4])[0] in (_SSL, _CANCEL):
            return False
        words = startup[4:].decode().split("\0")
        unknown = [name for name in words[:-2:2] if name.lower() not in _KNOWN]
        if unknown and not self._ignores:
            why = f"SFATAL\0C08P01\0Munsupported startup parameter: {unknown[0]}\0\0"
            client.send(_Message(b"E", why.encode()))
            return False
        self._idle.append(await self._server())
        entrance = [_Message(b"R", pack("!I", 0)), *self._told, _Message(b"K", pack("!II", 1, 1))]
        client.send(*entrance, _Message(_READY, _IDLE))
        return True

    async def _server(self) -> _End:
        if self._idle:
            return self._idle.pop()
        server = _End(*await asyncio.open_unix_connection(str(self._socket)))
        self._ends.append(server)
        startup = pack("!I", 196_608) + f"user\0postgres\0database\0{self._database}\0\0".encode()
        server.writer.write(pack("!I", len(startup) + 4) + startup)
        while (message := await server.receive()).kind != _READY:
            if message.kind == _STATUS:
                self._told.append(message)
        return server

    async def _pass_on(self, client: _End) -> None:
        server: _End | None = None
        answers: asyncio.Task[None] | None = None
        try:
            while (message := await client.receive()).kind != _END:
                if answers is None or answers.done():
                    server = await self._server()
                    answers = asyncio.create_task(self._answer(server, client))
                assert server is not None
                server.send(message)
        finally:
            if answers is not None:
                answers.cancel()

    async def _answer(self, server: _End, client: _End) -> None:
        """Pass answers on, for transactions until the server is free for others."""
        while True:
            answer = await server.receive()
            is_free = answer == (_READY, _IDLE) and self._mode == "transaction"
            if is_free:
                self._idle.append(server)
            client.send(answer)
            if is_free:
                return
