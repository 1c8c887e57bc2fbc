"""The matching engine of a shard, in another process."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

import msgspec

from ...ports.language.errors import Unavailable
from ...ports.language.halts import Halt
from ...ports.language.ids import AuditEntryId, HaltId, OrderId, UserId
from ...ports.language.market import BookKey, Quote, Side, WithdrawalReason
from ...ports.language.money import Cents
from ...ports.language.placement import Placement, PlaceQuote
from ...ports.language.traces import current_traceparent
from ...ports.language.withdrawals import WithdrawalPart, Withdrawn
from ...ports.matching import ShardMatching
from ...ports.stopwatch import Stopwatch
from ..system.stopwatch import SystemStopwatch
from . import matching_messages as messages
from .matching_messages import RESULTS, Answer, Command, Refused, Reply
from .network import ConnectionLost, Network, NobodyThere
from .refusals import restore
from .subjects import shard_subject

ENGINE = "the matching engine"
"""Its name in errors."""
_PAUSE = 0.05
"""Seconds between two looks for an owner."""
_LOOK_AROUND = 0.5
"""Seconds to wait for an answer before looking whether the shard still has the same owner."""

_reply: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)
_results = {kind: msgspec.json.Decoder(result) for kind, result in RESULTS.items()}
_encode = msgspec.json.encode


class RemoteMatching(ShardMatching):
    """Sends commands to the process that owns a shard, and returns its answers.

    Every command may be repeated, so it is sent again until it is answered or its time is over:
    after a failover, the new owner answers.
    """

    def __init__(
        self,
        network: Network,
        *,
        shard: int,
        prefix: str,
        epoch: Callable[[], Awaitable[int | None]],
        shards: int = 1,
        timeout: float = 5.0,
        patience: float = 0.8,
        stopwatch: Stopwatch | None = None,
    ) -> None:
        """Create the client of a shard, one of `shards`.

        `epoch` returns that of the shard's current lease, or None while nobody has it. A command
        takes at most `timeout` seconds. If there is nobody to run it for `patience` seconds, it is
        given up.
        """
        self._network = network
        self._shard, self._shards = shard, shards
        self._prefix = prefix
        self._epoch = epoch
        self._timeout = timeout
        self._patience = patience
        self._stopwatch = stopwatch or SystemStopwatch()

    async def _run(self, command: Command) -> Any:
        reply = await self._ask(command)
        if isinstance(reply, Answer):
            return _results[type(command)].decode(reply.result)
        if isinstance(reply, Refused):
            raise restore(reply.refusal)
        raise AssertionError("the engine's process failed to run a command; its log says why")

    async def _ask(self, command: Command) -> Reply:
        time = self._stopwatch.elapsed
        nobody_since = time()
        ends_at = nobody_since + self._timeout
        command = command.in_trace(current_traceparent())
        payload = _encode(command)
        while True:
            try:
                return _reply.decode(await self._send(payload, ends_at))
            except NobodyThere as error:
                left = min(nobody_since + self._patience, ends_at) - time()
                if left <= 0:
                    raise Unavailable(what=ENGINE) from error
                await self._stopwatch.sleep(min(_PAUSE, left))
            except (_Interrupted, ConnectionLost):
                nobody_since = time()
                payload = _encode(command.repeated())
            except Unavailable as error:
                raise Unavailable(what=ENGINE) from error

    async def _send(self, payload: bytes, ends_at: float) -> bytes:
        """Send a command to the owner and return its answer.

        Raises NobodyThere, Unavailable if there is no answer in time, and _Interrupted or
        ConnectionLost if none can be expected any more.
        """
        epoch = await self._epoch()
        if epoch is None:
            raise NobodyThere(what=ENGINE)
        subject = shard_subject(self._prefix, self._shard, epoch, shards=self._shards)
        wait = max(ends_at - self._stopwatch.elapsed(), 0.001)
        request = asyncio.ensure_future(self._network.request(subject, payload, timeout=wait))
        try:
            while not (await asyncio.wait([request], timeout=_LOOK_AROUND))[0]:
                if await self._epoch() != epoch:
                    raise _Interrupted
            return await request
        finally:
            request.cancel()

    # ---- the port ------------------------------------------------------------------------

    async def check_ready(self) -> None:
        await self._run(messages.CheckReady())

    async def place(self, command: PlaceQuote) -> Placement:
        placement: Placement = await self._run(messages.Place(command))
        return placement

    async def reprice(
        self,
        quote: Quote,
        amount: Cents | None = None,
        expires_at: datetime | None = None,
        *,
        again: bool = False,
    ) -> Placement:
        command = messages.Reprice(quote, amount, expires_at, again=again)
        placement: Placement = await self._run(command)
        return placement

    async def cancel(self, quote: Quote, *, again: bool = False) -> Quote:
        cancelled: Quote = await self._run(messages.Cancel(quote, again=again))
        return cancelled

    async def expire(self, quote: Quote) -> Quote:
        expired: Quote = await self._run(messages.Expire(quote))
        return expired

    async def withdraw(
        self,
        quote: Quote,
        reason: WithdrawalReason,
        note: str | None = None,
        *,
        again: bool = False,
    ) -> Quote:
        withdrawn: Quote = await self._run(messages.Withdraw(quote, reason, note, again=again))
        return withdrawn

    async def withdraw_all(
        self,
        user_id: UserId,
        sides: Collection[Side],
        reason: WithdrawalReason,
        note: str | None = None,
        *,
        entry_id: AuditEntryId | None = None,
        name: str | None = None,
    ) -> int:
        command = messages.WithdrawAll(user_id, tuple(sides), reason, note, entry_id, name)
        count: int = await self._run(command)
        return count

    async def withdraw_part(self, part: WithdrawalPart) -> Withdrawn:
        withdrawn: Withdrawn = await self._run(messages.WithdrawPart(part))
        return withdrawn

    async def unwind(self, match_id: OrderId, book: BookKey, *, ask_returns: bool) -> None:
        await self._run(messages.Unwind(match_id, book, ask_returns))

    async def halt(self, halt: Halt) -> Halt:
        halted: Halt = await self._run(messages.HaltBooks(halt))
        return halted

    async def open(self, halt_id: HaltId) -> Halt:
        opened: Halt = await self._run(messages.OpenBooks(halt_id))
        return opened


class _Interrupted(Exception):
    """The shard has another owner meanwhile: the answer will not come."""
