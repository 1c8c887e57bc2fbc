"""What a diagnosis finds, as tests look at it, and servers that are in a bad way."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from solebook.adapters.system.clock import SystemClock
from solebook.composition.checks import check_services_of
from solebook.config.settings import Settings
from solebook.ports.clock import Clock
from solebook.ports.language.trials import TrialResult, Verdict

OK, WARNING, FAILED = Verdict.OK, Verdict.WARNING, Verdict.FAILED
LIMIT = 20.0
"""Seconds on a busy machine."""


class SkewedClock(SystemClock):
    """A clock that goes wrong by so much."""

    def __init__(self, by: timedelta) -> None:
        super().__init__()
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


async def tried(
    settings: Settings, service: str, *, limit: float = LIMIT, clock: Clock | None = None
) -> Mapping[str, TrialResult]:
    """Return what was found of one service, by what was tried."""
    check = check_services_of(settings, limit=limit, only={service}, clock=clock)
    found = {result.tried: result for result in await check()}
    assert {result.service for result in found.values()} == {service}
    return found


def says(result: TrialResult, verdict: Verdict, found: str = "", advice: str = "") -> None:
    """Assert what a result says. Whatever is not well has advice."""
    assert result.verdict is verdict, result
    assert found in result.found, result
    assert advice in result.advice, result
    assert bool(result.advice) == (verdict is not OK), result


def all_well(found: Mapping[str, TrialResult]) -> None:
    assert found, "nothing was tried"
    assert {name: one for name, one in found.items() if one.verdict is not OK} == {}


@asynccontextmanager
async def silent_server() -> AsyncIterator[int]:
    """Run what takes connections and never says a word, and yield its port."""
    over = asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        over.set()
        server.close()


@asynccontextmanager
async def line_to(socket: Path, host: str = "127.0.0.2") -> AsyncIterator[int]:
    """Pass connections on to a local socket, and yield the port: it looks like another machine."""
    open_ones: set[asyncio.Task[None]] = set()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)

    async def connect(client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answers, to = await asyncio.open_unix_connection(str(socket))
        task = asyncio.current_task()
        assert task is not None
        open_ones.add(task)
        copies = [asyncio.create_task(copy(client, to)), asyncio.create_task(copy(answers, back))]
        try:
            await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in copies:
                each.cancel()
            await asyncio.gather(*copies, return_exceptions=True)
            to.close()
            back.close()
            open_ones.discard(task)

    server = await asyncio.start_server(connect, host, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        left = list(open_ones)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def closed_port() -> int:
    """Return a port at which nothing listens."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
