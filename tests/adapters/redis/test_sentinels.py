"""A client of Sentinels that is closed while they are asked: no connection is left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from redis.asyncio.sentinel import MasterNotFoundError

from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.sentinels import Sentinels

MAIN = "main"
_QUESTION = b"SENTINEL"
_NO_SERVERS = b"*0\r\n"
_OK = b"+OK\r\n"


class DoubledSentinel:
    """Says that it knows no servers, or says nothing while it hangs."""

    def __init__(self) -> None:
        self.hangs = False
        self.was_asked = asyncio.Event()

    async def open(self) -> None:
        self._listening = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.address: tuple[str, int] = self._listening.sockets[0].getsockname()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while portion := await reader.read(1_000):
                if _QUESTION not in portion:
                    writer.write(_OK)
                    continue
                self.was_asked.set()
                if not self.hangs:
                    writer.write(_NO_SERVERS)
        writer.close()

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
async def doubles() -> AsyncIterator[list[DoubledSentinel]]:
    found = [DoubledSentinel() for _ in range(3)]
    for one in found:
        await one.open()
    yield found
    for one in found:
        one.close()


def sentinels_of(doubles: list[DoubledSentinel]) -> Sentinels:
    hosts = tuple(one.address for one in doubles)
    return RedisAccess(kind="sentinel", hosts=hosts, service=MAIN, timeout=10).sentinels()


def connected(sentinels: Sentinels) -> int:
    """Return how many connections are open."""
    pools = [one.connection_pool for one in sentinels.sentinels]
    return sum(
        each.is_connected
        for pool in pools
        for each in [*pool._available_connections, *pool._in_use_connections]
    )


async def test_whoever_is_about_to_be_asked_leaves_no_connection(
    doubles: list[DoubledSentinel],
) -> None:
    sentinels = sentinels_of(doubles)
    asking = asyncio.create_task(sentinels.discover_master(MAIN))
    await asyncio.sleep(0)  # the question is put, and nobody has connected yet
    await sentinels.aclose()
    with pytest.raises(MasterNotFoundError):
        await asking
    assert connected(sentinels) == 0


async def test_one_that_hangs_keeps_no_connection_to_the_others(
    doubles: list[DoubledSentinel],
) -> None:
    doubles[0].hangs = True
    sentinels = sentinels_of(doubles)
    asking = asyncio.create_task(sentinels.discover_master(MAIN))
    for one in doubles:
        await one.was_asked.wait()
    closing = asyncio.create_task(sentinels.aclose())
    await asyncio.sleep(0)
    closing.cancel()  # nobody waits any longer
    with pytest.raises(MasterNotFoundError, match="closed before"):
        await asking
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert connected(sentinels) == 0
