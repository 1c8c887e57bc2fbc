"""Connections of several processes to one Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal
from uuid import uuid4

from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.stopwatch import Stopwatch

from .valkey_server import ValkeyServer

PATIENCE = 30.0
"""Seconds for what takes a few milliseconds on a quiet machine."""


def some_prefix() -> str:
    """Return a prefix that no other test has."""
    return f"test-{uuid4().hex[:8]}"


@asynccontextmanager
async def connected(
    server: ValkeyServer,
    *,
    timeout: float = PATIENCE,  # noqa: ASYNC109  # the connection's own
    stopwatch: Stopwatch | None = None,
    prefix: str = "",
    connections: int = 50,
    password: str | None = None,
    pause: float = 1.0,
    kind: Literal["server", "cluster"] = "server",
) -> AsyncIterator[RedisConnection]:
    """Yield a connection to a server, which need not run. It waits long unless told otherwise."""
    access = RedisAccess(
        kind=kind,
        hosts=(("127.0.0.1", server.port),),
        connections=connections,
        timeout=timeout,
        password=password,
    )
    async with RedisConnection(
        access, stopwatch or SystemStopwatch(), prefix=prefix, pause=pause
    ) as connection:
        yield connection


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, which another task or process makes so."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110  # nobody tells when
            await asyncio.sleep(0.002)
