"""The engine of a shard, for other processes."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from ...ports.language.errors import Refusal, ShardLost
from ...ports.language.traces import parsed_trace, within
from ...ports.matching import ShardMatching
from ...ports.tenure import Tenure
from .matching_messages import Answer, Command, Failed, Refused, Reply
from .network import Network
from .refusals import describe
from .subjects import shard_subject

_log = logging.getLogger(__name__)

_decode: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_encode = msgspec.json.encode


class MatchingServer:
    """Runs the commands of other processes on the engine of this one.

    It answers nothing, refusals included, once the engine's tenure is over: another process may own
    the shard by then and answer differently.
    """

    def __init__(self, network: Network, *, prefix: str) -> None:
        """`prefix` begins all subjects of this exchange."""
        self._network = network
        self._prefix = prefix

    @asynccontextmanager
    async def serving(
        self, matching: ShardMatching, tenure: Tenure, *, shard: int, epoch: int, shards: int = 1
    ) -> AsyncIterator[None]:
        """Serve the engine of one of `shards` in an epoch of its lease, until the block is left."""

        async def handle(payload: bytes) -> bytes | None:
            reply = await _run(matching, payload)
            return None if reply is None or tenure.is_over else _encode(reply)

        subject = shard_subject(self._prefix, shard, epoch, shards=shards)
        service = await self._network.serve(subject, handle)
        try:
            yield
        finally:
            await service.end(tenure)


async def _run(matching: ShardMatching, payload: bytes) -> Reply | None:
    try:
        command = _decode.decode(payload)
        with within(parsed_trace(command.trace)):
            result: Any = await command.run(matching)
    except ShardLost:
        return None  # the new owner answers
    except Refusal as refusal:
        return Refused(describe(refusal))
    except Exception:  # noqa: BLE001  # the caller learns nothing of a bug
        _log.exception("a command from another process failed")
        return Failed()
    return Answer(msgspec.Raw(_encode(result)))
