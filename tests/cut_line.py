"""A line to PostgreSQL that is cut at a commit, so that nobody hears what became of it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path

from .postgres_server import PostgresServer

_SOCKET = ".s.PGSQL.5432"
_A_WHILE = 0.1
"""Seconds: the caller tries again meanwhile."""


class Fate(StrEnum):
    """What becomes of the commit at which the line is cut."""

    LOST = "lost"
    """It never arrives."""
    DONE = "done"
    """It is done before the line is cut."""
    LATE = "late"
    """It is done a while after the line was cut."""


class CutLine:
    """Passes everything on to a server, but cuts one connection at one commit."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._socket = server.data.parent / _SOCKET
        self._folder = folder
        self._connections: set[asyncio.Task[None]] = set()
        self._number = 0
        self._fate = Fate.LOST
        self.commits = 0
        """How many have passed since `cut_at`, or since the line was opened."""
        self.is_over = asyncio.Event()
        """Set when the commit has met its fate."""

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def cut_at(self, number: int, fate: Fate) -> None:
        """Cut the line at the next commit but so many, from 1."""
        self.commits, self._number, self._fate = 0, number, fate

    @property
    def was_cut(self) -> bool:
        return 0 < self._number <= self.commits

    async def connect(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Serve one connection until either end closes it, or it is cut."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        answers, server = await asyncio.open_unix_connection(str(self._socket))
        answering = asyncio.create_task(_pass_on(answers, back))
        try:
            commit = await self._pass_requests(client, server)
            answering.cancel()
            await asyncio.wait((answering,))
            await self._cut(commit, answers, server, back)
            self.is_over.set()
        except (asyncio.IncompleteReadError, OSError):
            pass  # one end has closed it
        finally:
            answering.cancel()
            back.close()
            server.close()
            self._connections.discard(task)

    async def close(self) -> None:
        """Close all connections."""
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _pass_requests(
        self, client: asyncio.StreamReader, server: asyncio.StreamWriter
    ) -> bytes:
        """Pass messages on until the commit at which the line is cut; return those that commit."""
        asked = _Asked()
        kind = b""  # the first message has none
        while True:
            body = await _body(client)
            if asked.commits(kind, body):
                self.commits += 1
                if self.commits == self._number:
                    return await _whole(kind, body, client)
            server.write(_message(kind, body))
            await server.drain()
            kind = await client.readexactly(1)

    async def _cut(
        self,
        commit: bytes,
        answers: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
    ) -> None:
        if self._fate is Fate.LATE:
            back.close()
            await asyncio.sleep(_A_WHILE)
        if self._fate is not Fate.LOST:
            server.write(commit)
            await answers.read(1)


class _Asked:
    """What a connection has asked so far, to tell what commits."""

    def __init__(self) -> None:
        self._in_transaction = False
        self._writes: set[bytes] = set()
        """The names of statements that write many rows."""

    def commits(self, kind: bytes, body: bytes) -> bool:
        """Whether a message commits: COMMIT, or a statement that writes without a transaction."""
        if kind == b"Q":
            ends = body.startswith((b"COMMIT", b"ROLLBACK\0"))
            self._in_transaction = body.startswith(b"BEGIN") or (self._in_transaction and not ends)
            return body == _COMMIT
        if kind == b"P":
            name, sql = body.split(b"\0", 2)[:2]
            if sql.startswith(b"WITH w0 AS"):
                self._writes.add(name)
        return kind == b"B" and not self._in_transaction and body.split(b"\0", 2)[1] in self._writes


_COMMIT = b"COMMIT\0"


async def _whole(kind: bytes, body: bytes, client: asyncio.StreamReader) -> bytes:
    """Return a message with those that belong to it: a statement ends with a Sync."""
    messages = _message(kind, body)
    while kind not in (b"Q", b"S"):
        kind = await client.readexactly(1)
        messages += _message(kind, await _body(client))
    return messages


async def _body(client: asyncio.StreamReader) -> bytes:
    return await client.readexactly(int.from_bytes(await client.readexactly(4), "big") - 4)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


async def _pass_on(answers: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while portion := await answers.read(65_536):
            back.write(portion)
            await back.drain()
    back.close()


@asynccontextmanager
async def cut_line(server: PostgresServer) -> AsyncIterator[CutLine]:
    """Open a line to a server until the block is left."""
    with tempfile.TemporaryDirectory(prefix="line") as folder:  # a socket's path has to be short
        line = CutLine(server, Path(folder))
        listening = await asyncio.start_unix_server(line.connect, str(Path(folder) / _SOCKET))
        try:
            yield line
        finally:
            listening.close()
            await line.close()
