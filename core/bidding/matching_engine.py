"""The matching engine: the one writer of a shard's books."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from ...ports.book_views import BookViews
from ...ports.books import Books
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.batch import Batch, Ownership
from ...ports.language.errors import QueueFull, Refusal, ShardLost, Unavailable
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
from .commands import Cancel, Command, Expire, Nothing, turn
from .halting import HaltBooks, OpenBooks
from .placements import Place, Reprice
from .publishing import Publisher
from .returns import Unwind
from .shard import Shard
from .standing_halts import StandingHalts
from .stored import Stored, Wanted
from .withdrawals import Withdraw, WithdrawAll, WithdrawUnfit

_log = logging.getLogger(__name__)
_NAME = "the matching engine"
_PAUSE = 1.0
"""Seconds until the engine tries again by itself to load or to publish what it could not."""

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
    books in memory, writes everything that changed in one transaction, answers the callers and
    publishes the books. So nothing is acknowledged that is not durable, and two commands never
    race: one of them comes first.

    If a commit fails, every caller in the batch gets Unavailable, and the books that the batch
    touched are loaded again from the store, which is the truth. If a command is defective, the
    others of its batch are run without it. When the store says that another
    process owns the shard, the engine takes no more commands. However it ends, nobody is left
    waiting.
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
        self._traders = traders
        self._opening = opening
        self._clock = clock
        self._adopt_rules = adopt_rules
        self._limits = limits or EngineLimits()
        self._number, self._shards = shard, shards
        self._shard = Shard(ids=ids, rules=rules)
        self._publisher = Publisher(views, self._shard, number=shard, shards=shards)
        self._ownership: Ownership | None = None
        self._writer: asyncio.Task[None] | None = None
        # One place more than the limit, so that the call to stop always finds room.
        self._queue: asyncio.Queue[_Ticket[Any] | None] = asyncio.Queue(self._limits.queue + 1)
        self._in_doubt = False
        """Whether a batch failed, so that the store may be ahead of memory or behind it."""
        self._committing = False
        """Whether the batch under way is being committed, or was."""
        self._unloaded: dict[BookKey, None] = {}
        self._recovery: asyncio.Task[None] | None = None

    # ---- life ----------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether commands are taken."""
        return self._writer is not None and not self._writer.done()

    async def start(self, *, adopts_rules: bool = True) -> None:
        """Take the shard over, rebuild its books from the active quotes, publish them, and run.

        Rules that are new to the store are adopted, unless ApplyRules does that. Quotes in sizes
        that are none are withdrawn. Raises QuotesOutsideRules, and Unavailable; then it may be
        tried again.
        """
        assert self._ownership is None, "the engine runs once"
        if adopts_rules:
            await self._adopt_rules.check()  # before another engine loses the shard
        ownership = await self._store.take(self._number, self._clock.now())
        if adopts_rules:
            await self._adopt_rules()
        quotes = [quote async for quote in self._store.resting(self._number, self._shards)]
        self._shard.halts = StandingHalts(await self._store.standing_halts())
        self._ownership = ownership
        self._shard.sequence = ownership.sequence
        self._shard.load(quotes)
        self._publisher.begin_anew(self._shard.books)
        await self._publisher.publish()
        self._writer = asyncio.create_task(self._write(), name=f"matching-shard-{self._number}")
        self._recover_later()
        await self._withdraw_invalid_sizes()

    async def _withdraw_invalid_sizes(self) -> None:
        """Withdraw what was placed in sizes that an older version took for some."""
        if all(map(is_size, {quote.book.size for quote in self._shard.all_standing()})):
            return
        invalid = WithdrawUnfit(
            lambda quote: not is_size(quote.book.size), WithdrawalReason.INVALID_SIZE
        )
        try:
            count = await self._submit(invalid)
        except Unavailable as error:
            _log.warning("quotes in sizes that are none stay until the next start: %s", error)
        else:
            _log.warning("%d quotes in sizes that are none were withdrawn", count)

    async def stop(self) -> None:
        """Finish what waits and take nothing more."""
        writer, self._writer = self._writer, None
        if writer is not None:
            await self._queue.put(None)
            await writer

    # ---- the port ------------------------------------------------------------------------

    async def check_ready(self) -> None:
        """Raise Unavailable unless the engine runs."""
        if not self.is_running:
            raise Unavailable(what=_NAME)

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
        allows = self._shard.rules.allows
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
            raise Unavailable(what=_NAME)
        if self._queue.qsize() >= self._limits.queue:
            raise QueueFull(what=f"the queue of {_NAME}", retry_after=1.0)
        ticket = _Ticket(command)
        self._queue.put_nowait(ticket)
        return await ticket.answer

    # ---- the writer ----------------------------------------------------------------------

    async def _write(self) -> None:
        tickets: list[_Ticket[Any]] = []
        try:
            while tickets := await self._next_tickets():
                try:
                    await self._attend_to(tickets)
                except ShardLost as lost:
                    _log.error("%s; taking no more commands", lost)
                    return
                self._recover_later()
        finally:
            self._refuse([*tickets, *self._drain()])
            if self._recovery is not None:
                self._recovery.cancel()

    async def _attend_to(self, tickets: "Sequence[_Ticket[Any]]") -> None:
        """Run a batch. If a command in it is defective, only that one fails. Raises ShardLost."""
        self._committing = False
        try:
            await self._run(tickets)
        except ShardLost:
            raise
        except Exception as error:  # noqa: BLE001
            # Whatever went wrong, nobody may be left waiting, and memory may not stay ahead of the
            # store. A refusal is the store's own; anything else is a defect.
            defect = None if isinstance(error, Refusal) else error
            _log.error("a batch failed, its books are loaded again: %s", error, exc_info=defect)
            self._in_doubt = True
            self._unloaded |= dict.fromkeys(self._shard.touched_books)
            # What may have been committed must not be done twice.
            if defect is None or self._committing or len(tickets) == 1:
                self._refuse(tickets)
                return
            for ticket in tickets:
                await self._attend_to([ticket])

    async def _next_tickets(self) -> list["_Ticket[Any]"]:
        """Wait for work and return as much as fits a batch; nothing once stopped and drained."""
        first = await self._queue.get()
        return [] if first is None else [first, *self._drain(self._limits.batch - 1)]

    def _drain(self, most: int | None = None) -> list["_Ticket[Any]"]:
        tickets: list[_Ticket[Any]] = []
        while not self._queue.empty() and (most is None or len(tickets) < most):
            ticket = self._queue.get_nowait()
            if ticket is None:
                self._queue.put_nowait(None)
                break
            tickets.append(ticket)
        return tickets

    async def _run(self, tickets: "Sequence[_Ticket[Any]]") -> None:
        await self._reload()
        stored = await self._read([ticket.command for ticket in tickets])
        now = self._clock.now()
        in_turn = tickets
        if stored.matches:
            in_turn = sorted(tickets, key=lambda ticket: turn(ticket.command, stored))
        for ticket in in_turn:
            ticket.apply(self._shard, stored, now)
        self._committing = True
        if not self._shard.batch.is_empty:
            await self._commit(now)
        for ticket in tickets:
            ticket.settle()
        await self._publisher.publish()
        self._shard.begin_batch()

    async def _read(self, commands: Sequence[Command[Any]]) -> Stored:
        wanted = Wanted()
        for command in commands:
            command.ask_for(wanted, self._shard)
        return await Stored.read(
            wanted, self._shard.owners, self._store, self._traders, self._clock.now()
        )

    async def _commit(self, now: datetime) -> None:
        assert self._ownership is not None
        batch = self._shard.batch
        if batch.matches:
            batch.opened = await self._opening.open(batch.matches)
        batch.events += self._shard.lowest_ask_changes(now)
        await self._store.commit(self._ownership, batch)

    # ---- what failed before --------------------------------------------------------------

    @property
    def _is_behind(self) -> bool:
        return self._in_doubt or self._publisher.is_behind

    def _recover_later(self) -> None:
        """See to it that what is left over does not wait until somebody calls."""
        if self._is_behind and (self._recovery is None or self._recovery.done()):
            self._recovery = asyncio.create_task(self._recover())

    async def _recover(self) -> None:
        while self._is_behind:
            await self._clock.sleep(_PAUSE)
            with suppress(QueueFull, Unavailable):
                await self._submit(Nothing())

    async def _reload(self) -> None:
        """Make memory equal to the store again after a batch failed.

        Its commit may have taken effect, or be on its way even now. So an empty one goes first: it
        waits for its turn behind that, tells whether the shard is still ours, and makes the arrival
        numbers durable that were used up, before a view is numbered by them.
        """
        if not self._in_doubt:
            return
        assert self._ownership is not None
        await self._store.commit(self._ownership, Batch(sequence=self._shard.sequence))
        quotes = await self._store.resting_in(self._unloaded)
        self._shard.halts = StandingHalts(await self._store.standing_halts())
        self._shard.forget(self._unloaded)
        self._shard.load(quotes)
        self._publisher.begin_anew(self._unloaded)
        self._unloaded = {}
        self._in_doubt = False

    def _refuse(self, tickets: "Sequence[_Ticket[Any]]") -> None:
        for ticket in tickets:
            ticket.refuse(Unavailable(what=_NAME))


class _Ticket(Generic[T]):
    """A command in the queue, and the caller who waits for its answer."""

    __slots__ = ("_outcome", "_refusal", "answer", "command")

    def __init__(self, command: Command[T]) -> None:
        self.command = command
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._outcome: T | None = None
        self._refusal: Refusal | None = None

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> None:
        """Apply the command in memory and keep the outcome until it is durable."""
        try:
            self._outcome = self.command.apply(shard, stored, now)
        except Refusal as refusal:
            self._refusal = refusal

    def settle(self) -> None:
        """Give the caller the outcome."""
        if self._refusal is not None:
            self.refuse(self._refusal)
        elif not self.answer.done():
            self.answer.set_result(self._outcome)  # type: ignore[arg-type]  # T, or None where T is None

    def refuse(self, refusal: Refusal) -> None:
        """Give the caller a refusal; they may have gone away."""
        if not self.answer.done():
            self.answer.set_exception(refusal)
