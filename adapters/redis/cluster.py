"""A client of a cluster that finds out its nodes apart from the calls."""

import asyncio
from collections import deque
from typing import Any

from redis._parsers import AsyncCommandsParser
from redis.asyncio import RedisCluster
from redis.asyncio.connection import Connection
from redis.exceptions import ConnectionError as RedisConnectionError

from .client_errors import note_end


class Cluster(RedisCluster):
    """Looks for the nodes in a task of its own, which all calls wait for.

    A call has no time to ask a second node when the first one hangs, and if it was given up, the
    next one would begin anew, with the first one.
    """

    _finding: "asyncio.Task[RedisCluster] | None" = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands_parser = _FirstKey()

    async def initialize(self, *arguments: Any, **options: Any) -> "Cluster":
        """Find out which node has which keys, unless that is known."""
        if self._finding is None or self._finding.done():
            self._finding = asyncio.create_task(super().initialize(*arguments, **options))
            self._finding.add_done_callback(note_end)
        finding = self._finding
        await asyncio.wait([finding])
        if finding.cancelled():
            raise RedisConnectionError("the client was closed")
        finding.result()
        for node in self.get_nodes():
            if not isinstance(node._free, _LastFirst):
                node._free = _LastFirst(node._free)
        return self

    def doubt(self) -> None:
        """Find out the nodes anew before the next call.

        A node that hangs may have been replaced. The client does not notice if the call to it is
        given up.
        """
        self._initialize = True

    async def aclose(self) -> None:
        """Close all connections. It may be used again."""
        if self._finding is not None:
            self._finding.cancel()
            await asyncio.wait([self._finding])
        await super().aclose()
        # After a failure, the client takes itself for closed although it is not.
        await self.nodes_manager.aclose()
        await self.nodes_manager.aclose("startup_nodes")


class _LastFirst(deque[Connection]):
    """Free connections, of which the one that was used last is used first.

    A node that takes over a slot must hear ASKING and then the command on one connection. The
    client would take another one for the command if several are free.
    """

    def popleft(self) -> Connection:
        return self.pop()


class _FirstKey(AsyncCommandsParser):
    """Knows where the key of a command is, without asking for a list of all commands.

    Scripts and commands without a key are known to the client.
    """

    async def initialize(self, node: object = None) -> None:
        """Know it at once."""

    async def get_keys(self, *words: Any) -> tuple[Any, ...]:
        """Return what follows the name of the command."""
        return words[1:2]
