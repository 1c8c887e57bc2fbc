"""A Redis whose scripts ask a virtual clock for the time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.connection import RedisConnection, Script
from solebook.adapters.system.stopwatch import SystemStopwatch

from ..redis_connections import PATIENCE, some_prefix
from ..valkey_server import ValkeyServer

ASKS = "redis.call('TIME')"


class OnVirtualTime(RedisConnection):
    """A connection to a real server. Only the time in its scripts is not the server's."""

    clock: VirtualClock

    async def run(
        self, script: Script, keys: Sequence[str], *arguments: str | bytes | float
    ) -> Any:
        assert ASKS in script.text
        now = self.clock.now()
        time = f"{{'{int(now.timestamp())}', '{now.microsecond}'}}"
        return await super().run(Script(script.text.replace(ASKS, time)), keys, *arguments)


@asynccontextmanager
async def connected_on_virtual_time(
    server: ValkeyServer, clock: VirtualClock
) -> AsyncIterator[RedisConnection]:
    """Yield a connection with a prefix of its own."""
    access = RedisAccess(hosts=(("127.0.0.1", server.port),), timeout=PATIENCE)
    async with OnVirtualTime(access, SystemStopwatch(), prefix=some_prefix()) as connection:
        connection.clock = clock
        yield connection
