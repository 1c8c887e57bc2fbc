"""A line to PostgreSQL that is cut at a COMMIT, so that nobody hears what became of it."""

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
    """Passes everything on to a server, but cuts one connection at one COMMIT."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._socket = server.data.parent / _SOCKET
        self._folder = folder
        self._connections: set[asyncio.Task[None]] = set()
        self._number = 0
        self._fate = Fate.LOST
        self.commits = 0
        """How many have passed since `cut_at`, or since the line was opened."""

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
            await self._pass_requests(client, server)
            answering.cancel()
            await asyncio.wait((answering,))
            await self._cut(answers, server, back)
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
    ) -> None:
        """Pass messages on until the COMMIT at which the line is cut, which is not passed on."""
        kind = b""  # the first message has none
        while True:
            size = await client.readexactly(4)
            body = await client.readexactly(int.from_bytes(size, "big") - 4)
            if kind == b"Q" and body == _COMMIT:
                self.commits += 1
                if self.commits == self._number:
                    return
            server.write(kind + size + body)
            await server.drain()
            kind = await client.readexactly(1)

    async def _cut(
        self,
        answers: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
    ) -> None:
        if self._fate is Fate.LATE:
            back.close()
            await asyncio.sleep(_A_WHILE)
        if self._fate is not Fate.LOST:
            server.write(b"Q" + (len(_COMMIT) + 4).to_bytes(4, "big") + _COMMIT)
            await answers.read(1)


_COMMIT = b"COMMIT\0"


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
