"""Matching in several shards, each with an engine of its own."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

from ...ports.language.errors import Unavailable
from ...ports.language.halts import Halt
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import AuditEntryId, HaltId, OrderId, UserId
from ...ports.language.market import BookKey, Quote, Side, WithdrawalReason, shard_of
from ...ports.language.money import Cents
from ...ports.language.placement import Placement, PlaceQuote
from ...ports.language.withdrawals import WithdrawalPart, Withdrawn
from ...ports.matching import Matching, ShardMatching

T = TypeVar("T")

_SCOPE = "withdrawals"
"""The scope of the keys of withdrawals."""


class ShardedMatching(Matching):
    """Passes each command to the shard of its book, and the others to all shards.

    The first shard decides what concerns several: it alone writes halts and their ends, which the
    others follow, and reports the withdrawal of a user's quotes, after the others have done their
    parts. A call that fails midway may be repeated, and completes what is missing.
    """

    def __init__(self, shards: Sequence[ShardMatching]) -> None:
        """`shards` are all of the exchange, by number."""
        self.shards = shards

    async def check_ready(self) -> None:
        """Raise Unavailable unless at least one shard accepts commands."""
        checks = (shard.check_ready() for shard in self.shards)
        states = await asyncio.gather(*checks, return_exceptions=True)
        refusals = [state for state in states if state is not None]
        for refusal in refusals:
            if len(refusals) == len(states) or not isinstance(refusal, Unavailable):
                raise refusal

    async def place(self, command: PlaceQuote) -> Placement:
        return await self._of(command.book).place(command)

    async def reprice(
        self,
        quote: Quote,
        amount: Cents | None = None,
        expires_at: datetime | None = None,
        *,
        again: bool = False,
    ) -> Placement:
        return await self._of(quote.book).reprice(quote, amount, expires_at, again=again)

    async def cancel(self, quote: Quote, *, again: bool = False) -> Quote:
        return await self._of(quote.book).cancel(quote, again=again)

    async def expire(self, quote: Quote) -> Quote:
        return await self._of(quote.book).expire(quote)

    async def withdraw(
        self,
        quote: Quote,
        reason: WithdrawalReason,
        note: str | None = None,
        *,
        again: bool = False,
    ) -> Quote:
        return await self._of(quote.book).withdraw(quote, reason, note, again=again)

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
        name = name or (None if entry_id is None else str(entry_id))
        sorted_sides = tuple(sorted(sides))

        def part(number: int, others: Withdrawn | None) -> WithdrawalPart:
            key = None
            if name is not None:
                where = f"{number} of {len(self.shards)}"
                key = IdempotencyKey(user_id, _SCOPE, f"{name}, {where}", reason)
            last = entry_id if others is not None else None
            return WithdrawalPart(user_id, sorted_sides, reason, note, key, last, others)

        others = await self._others(lambda number, shard: shard.withdraw_part(part(number, None)))
        total = await self.shards[0].withdraw_part(part(0, sum(others, Withdrawn())))
        return total.count

    async def unwind(self, match_id: OrderId, book: BookKey, *, ask_returns: bool) -> None:
        await self._of(book).unwind(match_id, book, ask_returns=ask_returns)

    async def halt(self, halt: Halt) -> Halt:
        decided = await self.shards[0].halt(halt)
        await self._others(lambda _, shard: shard.halt(decided))
        return decided

    async def open(self, halt_id: HaltId) -> Halt:
        opened = await self.shards[0].open(halt_id)
        await self._others(lambda _, shard: shard.open(halt_id))
        return opened

    def _of(self, book: BookKey) -> ShardMatching:
        return self.shards[shard_of(book, len(self.shards))]

    async def _others(
        self, call: Callable[[int, ShardMatching], Coroutine[Any, Any, T]]
    ) -> list[T]:
        """Call all shards but the first at the same time, and return when every call has ended."""
        calls = [asyncio.ensure_future(call(n, shard)) for n, shard in enumerate(self.shards) if n]
        try:
            await asyncio.gather(*calls, return_exceptions=True)
        finally:
            for each in calls:
                each.cancel()
        return [each.result() for each in calls]
