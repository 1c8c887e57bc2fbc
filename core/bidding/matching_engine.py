"""The matching engine: the one writer of a shard's books."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ...ports.book_views import BookViews
from ...ports.books import Books
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.errors import ShardLost, Unavailable
from ...ports.language.halts import Halt
from ...ports.language.ids import AuditEntryId, HaltId, OrderId, UserId
from ...ports.language.market import BookKey, Quote, Side, WithdrawalReason, is_size, shard_of
from ...ports.language.money import Cents
from ...ports.language.placement import Placement, PlaceQuote
from ...ports.language.rules import MarketRules
from ...ports.matching import Matching
from ...ports.orders import OrderOpening
from ...ports.users import Traders
from .adopt_rules import AdoptRules
from .batch_writer import ENGINE, BatchWriter
from .book_loader import BookLoader
from .commands import Cancel, Command, Expire
from .halting import HaltBooks, OpenBooks
from .placements import Place, Reprice
from .publishing import Publisher
from .recovery import Recovery
from .returns import Unwind
from .shard import Shard
from .withdrawals import Withdraw, WithdrawAll, WithdrawUnfit

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """How many commands may wait for the engine, and how many it commits at once."""

    queue: int = 10_000
    batch: int = 256

    def __post_init__(self) -> None:
        if self.queue < 1 or self.batch < 1:
            raise ValueError(f"an engine must take at least one command at a time: {self}")


class MatchingEngine(Matching):
    """Matches in memory, commits in groups, and only then answers.

    Commands wait in a bounded queue. The engine takes what waits, applies it in order to the
    books in memory, writes everything that changed in one transaction, and answers the callers
    (`BatchWriter`). So nothing is acknowledged that is not durable, and two commands never race:
    one of them comes first. Books are loaded when a batch needs them, and the others meanwhile
    (`BookLoader`). What is committed is shown by a task of its own (`Publisher`). After a batch
    that failed, its books are loaded again (`Recovery`).
    """

    def __init__(
        self,
        *,
        books: Books,
        views: BookViews,
        traders: Traders,
        opening: OrderOpening,
        clock: Clock,
        ids: Ids,
        rules: MarketRules,
        adopt_rules: AdoptRules,
        limits: EngineLimits | None = None,
        shard: int = 0,
        shards: int = 1,
    ) -> None:
        self._store = books
        self._clock = clock
        self._rules = rules
        self._adopt_rules = adopt_rules
        self._number, self._shards = shard, shards
        self._shard = Shard(ids=ids, rules=rules)
        self._publisher = Publisher(views, self._shard, clock, number=shard, shards=shards)
        self._loader = BookLoader(
            books, self._shard, self._publisher, clock, number=shard, shards=shards
        )
        limits = limits or EngineLimits()
        self._writer = BatchWriter(
            shard=self._shard,
            books=books,
            traders=traders,
            opening=opening,
            clock=clock,
            loader=self._loader,
            publisher=self._publisher,
            recovery=Recovery(books, self._shard, self._loader, self._publisher, clock),
            queue=limits.queue,
            batch=limits.batch,
        )
        self._writing: asyncio.Task[None] | None = None
        self._loading: asyncio.Task[None] | None = None
        self._sizes: asyncio.Task[None] | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._ran = False

    # ---- life ----------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether commands are taken."""
        return self._writing is not None and not self._writing.done()

    async def start(self, *, adopts_rules: bool = True) -> None:
        """Take the shard over and run. Books are loaded from then on.

        Rules that are new to the store are adopted, unless ApplyRules does that. Quotes in sizes
        that are none are withdrawn a little later. Raises QuotesOutsideRules, and Unavailable; then
        it may be tried again.
        """
        assert not self._ran, "the engine runs once"
        if adopts_rules:
            await self._adopt_rules.check()  # before another engine loses the shard
        ownership = await self._store.take(self._number, self._clock.now())
        if adopts_rules:
            await self._adopt_rules()
        await self._loader.read_halts()
        self._ran = True
        self._shard.begin(ownership.sequence)
        self._publisher.begin(ownership.sequence)
        name = f"matching-shard-{self._number}"
        self._publishing = asyncio.create_task(self._publisher.run(), name=f"{name}-publisher")
        self._writing = asyncio.create_task(self._writer.run(ownership), name=name)
        self._loading = asyncio.create_task(self._loader.run(), name=f"{name}-loader")
        self._sizes = asyncio.create_task(self._withdraw_invalid_sizes(), name=f"{name}-sizes")
        self._writing.add_done_callback(self._stop_loading)

    async def loaded(self) -> None:
        """Wait until every book is in memory, and quotes in sizes that are none are withdrawn."""
        if self._sizes is not None:
            await asyncio.wait([self._sizes])
        await self._loader.wait()

    async def stop(self) -> None:
        """Finish what waits and take nothing more."""
        writing, self._writing = self._writing, None
        if writing is None:
            return
        try:
            await self._writer.finish()
            await writing
        finally:
            loading = [task for task in (self._loading, self._sizes) if task is not None]
            await asyncio.gather(*loading, return_exceptions=True)
            if self._publishing is not None:
                await self._publisher.stop(self._publishing)

    def _stop_loading(self, _: object) -> None:
        for task in (self._loading, self._sizes):
            if task is not None:
                task.cancel()

    async def _withdraw_invalid_sizes(self) -> None:
        """Withdraw what was placed in sizes that an older version took for some."""
        try:
            books = await self._loader.list_books()
            invalid = {book for book in books if not is_size(book.size)}
            if not invalid:
                return
            count = await self._submit(
                WithdrawUnfit(
                    lambda quote: quote.book in invalid, WithdrawalReason.INVALID_SIZE, invalid
                )
            )
        except Unavailable as error:
            _log.warning("quotes in sizes that are none stay until the next start: %s", error)
        else:
            _log.warning("%d quotes in sizes that are none were withdrawn", count)

    # ---- the port ------------------------------------------------------------------------

    async def check_ready(self) -> None:
        """Raise Unavailable unless the engine runs."""
        if not self.is_running:
            raise Unavailable(what=ENGINE)

    async def place(self, command: PlaceQuote) -> Placement:
        """Match the quote with the best counterpart, or let it rest; see the port."""
        self._check_own(command.book)
        return await self._submit(Place(command))

    async def reprice(
        self, quote: Quote, amount: Cents | None = None, expires_at: datetime | None = None
    ) -> Placement:
        """Move an active quote to another amount, another expiry, or both; see the port."""
        self._check_own(quote.book)
        return await self._submit(Reprice(quote, amount, expires_at))

    async def cancel(self, quote: Quote) -> Quote:
        """Take an active quote out of its book; see the port."""
        self._check_own(quote.book)
        return await self._submit(Cancel(quote))

    async def expire(self, quote: Quote) -> Quote:
        """Take a quote out of its book whose time is over; see the port."""
        self._check_own(quote.book)
        return await self._submit(Expire(quote))

    async def withdraw(
        self, quote: Quote, reason: WithdrawalReason, note: str | None = None
    ) -> Quote:
        """Cancel a quote although its owner did not ask for it; see the port."""
        self._check_own(quote.book)
        return await self._submit(Withdraw(quote, reason, note))

    async def withdraw_all(
        self,
        user_id: UserId,
        sides: Collection[Side],
        reason: WithdrawalReason,
        note: str | None = None,
        *,
        entry_id: AuditEntryId | None = None,
    ) -> int:
        """Withdraw every quote of a user on these sides; see the port."""
        return await self._submit(WithdrawAll(user_id, sides, reason, note, entry_id))

    async def withdraw_outside_rules(self) -> int:
        """Withdraw every quote at an amount that the rules do not allow; return how many."""
        allows = self._rules.allows
        return await self._submit(
            WithdrawUnfit(lambda quote: not allows(quote.amount), WithdrawalReason.OUTSIDE_RULES)
        )

    async def unwind(self, match_id: OrderId, book: BookKey, *, ask_returns: bool) -> None:
        """Undo a match whose order was cancelled; see the port."""
        self._check_own(book)
        await self._submit(Unwind(match_id, book, ask_returns))

    async def halt(self, halt: Halt) -> Halt:
        """Keep books from trading; see the port."""
        if halt.book is not None:
            self._check_own(halt.book)
        return await self._submit(HaltBooks(halt))

    async def open(self, halt_id: HaltId) -> Halt:
        """End a halt; see the port."""
        return await self._submit(OpenBooks(halt_id))

    def _check_own(self, book: BookKey) -> None:
        """Raise ShardLost if the book is in another engine's shard."""
        shard = shard_of(book, self._shards) if self._shards > 1 else self._number
        if shard != self._number:
            raise ShardLost(shard=shard)

    async def _submit(self, command: Command[T]) -> T:
        if not self.is_running:
            raise Unavailable(what=ENGINE)
        return await self._writer.submit(command)
