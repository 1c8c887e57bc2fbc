"""Matching in a process that runs the engine only while the shard is its own."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

from ...ports.book_views import BookViews
from ...ports.language.errors import Unavailable
from ...ports.language.halts import Halt
from ...ports.language.ids import AuditEntryId, HaltId, OrderId, UserId
from ...ports.language.market import BookKey, Quote, Side, WithdrawalReason
from ...ports.language.money import Cents
from ...ports.language.placement import Placement, PlaceQuote
from ...ports.language.withdrawals import WithdrawalPart, Withdrawn
from ...ports.matching import ShardMatching
from ...ports.tenure import Tenure
from .batch_writer import ENGINE
from .matching_engine import MatchingEngine


class HostedMatching(ShardMatching):
    """Passes commands to the engine of this process, while there is one.

    Otherwise the engine runs in another process, or nowhere for a moment. If this process cannot
    reach it there, nothing happens and every command raises Unavailable.
    """

    def __init__(
        self,
        build: Callable[[Tenure], MatchingEngine],
        views: BookViews,
        elsewhere: ShardMatching | None = None,
    ) -> None:
        """`build` returns a new engine for a tenure, and `views` show what it publishes.

        `elsewhere` is the engine of another process.
        """
        self._build = build
        self._views = views
        self._elsewhere = elsewhere
        self._engine: MatchingEngine | None = None
        self._is_here = asyncio.Event()

    @property
    def engine(self) -> MatchingEngine | None:
        """The engine of this process, if it has one at present."""
        return self._engine

    async def host(self, tenure: Tenure) -> None:
        """Run an engine until cancelled, or until it loses its shard.

        When cancelled, it answers the commands that wait, unless the tenure is over: then every
        caller gets Unavailable at once. Raises Unavailable if the engine cannot start.
        """
        engine = self._build(tenure)
        try:
            await engine.start(adopts_rules=False)
            self._engine = engine
            self._is_here.set()
            await engine.ended()
        finally:
            self._engine = None
            self._is_here.clear()
            await self._end(engine, tenure)

    async def _end(self, engine: MatchingEngine, tenure: Tenure) -> None:
        try:
            if not tenure.is_over:
                await engine.stop()
        finally:
            engine.abandon()
            await self._views.end(engine.number, engine.shards)

    async def hosted(self) -> MatchingEngine:
        """Wait until the engine runs in this process, and return it."""
        while self._engine is None:
            await self._is_here.wait()
        return self._engine

    @property
    def _running(self) -> ShardMatching:
        running = self._engine or self._elsewhere
        if running is None:
            raise Unavailable(what=ENGINE)
        return running

    # ---- the port ------------------------------------------------------------------------

    async def check_ready(self) -> None:
        await self._running.check_ready()

    async def place(self, command: PlaceQuote) -> Placement:
        return await self._running.place(command)

    async def reprice(
        self,
        quote: Quote,
        amount: Cents | None = None,
        expires_at: datetime | None = None,
        *,
        again: bool = False,
    ) -> Placement:
        return await self._running.reprice(quote, amount, expires_at, again=again)

    async def cancel(self, quote: Quote, *, again: bool = False) -> Quote:
        return await self._running.cancel(quote, again=again)

    async def expire(self, quote: Quote) -> Quote:
        return await self._running.expire(quote)

    async def withdraw(
        self,
        quote: Quote,
        reason: WithdrawalReason,
        note: str | None = None,
        *,
        again: bool = False,
    ) -> Quote:
        return await self._running.withdraw(quote, reason, note, again=again)

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
        return await self._running.withdraw_all(
            user_id, sides, reason, note, entry_id=entry_id, name=name
        )

    async def withdraw_part(self, part: WithdrawalPart) -> Withdrawn:
        return await self._running.withdraw_part(part)

    async def unwind(self, match_id: OrderId, book: BookKey, *, ask_returns: bool) -> None:
        await self._running.unwind(match_id, book, ask_returns=ask_returns)

    async def halt(self, halt: Halt) -> Halt:
        return await self._running.halt(halt)

    async def open(self, halt_id: HaltId) -> Halt:
        return await self._running.open(halt_id)
