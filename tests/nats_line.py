"""A line to NATS that breaks for one process, while the others keep theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import Protocol


class Break(StrEnum):
    """How a line breaks."""

    CUT = "cut"
    """Its connections end, and there are no new ones."""
    SILENT = "silent"
    """Nothing passes, and nobody is told."""


class Server(Protocol):
    """What listens on a port of 127.0.0.1, of NATS or another."""

    @property
    def port(self) -> int: ...


class NatsLine:
    """Passes everything on to a server until it breaks, and again once it is mended."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._passes = asyncio.Event()
        self._passes.set()
        self._listening: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._port = 0

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._port}"

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    async def open(self) -> None:
        """Listen, on the same port as before."""
        self._listening = await asyncio.start_server(self._connect, "127.0.0.1", self._port)
        self._port = self._listening.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End all connections, and refuse new ones."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def break_off(self, how: Break) -> None:
        """Break, for the connections that are open and for later ones."""
        if how is Break.CUT:
            await self.close()
        self._passes.clear()

    async def mend(self) -> None:
        """Pass everything on again."""
        self._passes.set()
        if self._listening is None:
            await self.open()

    async def _connect(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Serve one connection until either end closes it, or it is cut."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        answers, server = await asyncio.open_connection("127.0.0.1", self._server.port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(client, server))
                both.create_task(self._pass_on(answers, back))
        finally:
            self._connections.discard(task)
            await _close(server)
            await _close(back)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while portion := await reader.read(65_536):
                await self._passes.wait()
                writer.write(portion)
                await writer.drain()
        writer.close()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def nats_line(server: Server) -> AsyncIterator[NatsLine]:
    """Open a line to a server until the block is left."""
    line = NatsLine(server)
    await line.open()
    try:
        yield line
    finally:
        await line.close()
