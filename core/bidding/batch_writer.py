"""Apply queued commands in batches to the books in memory, and answer them once committed."""

import asyncio
import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from ...ports.books import Books
from ...ports.clock import Clock
from ...ports.language.batch import Ownership
from ...ports.language.errors import QueueFull, Refusal, ShardLost, Unavailable, with_cause
from ...ports.language.halts import Halt
from ...ports.language.ids import AuditEntryId, HaltId, OrderId, UserId
from ...ports.language.market import BookKey, Quote, Side, WithdrawalReason, shard_of
from ...ports.language.money import Cents
from ...ports.language.placement import Placement, PlaceQuote
from ...ports.language.traces import at, current_trace
from ...ports.language.tracing import span
from ...ports.language.withdrawals import WithdrawalPart, Withdrawn
from ...ports.matching import ShardMatching
from ...ports.orders import OrderOpening
from ...ports.tenure import Tenure
from ...ports.users import Traders
from .book_loader import BookLoader
from .commands import Cancel, Command, Expire, Nothing, turn
from .halting import HaltBooks, OpenBooks
from .new_quotes import NewQuotes
from .placements import Place, Reprice
from .publishing import Publisher
from .recovery import Recovery
from .returns import Unwind
from .shard import Shard
from .stored import Stored, Wanted
from .trader_counts import TraderCounts
from .withdrawals import Withdraw, WithdrawAll, WithdrawPart

_log = logging.getLogger(__name__)

ENGINE = "the matching engine"

_MOST_LINKS = 32
"""The traces to which a batch is linked."""

T = TypeVar("T")


class BatchWriter(ShardMatching):
    """Takes queued commands in batches and answers every one of them, also after a failure.

    If a commit fails, every caller in the batch gets Unavailable, and the books that the batch
    touched are loaded again. If a command raises an unexpected error, the commands of its batch
    run again one by one, so only that one fails. If another process owns the shard, or the tenure
    of this one is over, the writer takes no more commands. From then on every caller gets
    Unavailable, whatever became of the command: the writer may no longer tell.
    """

    def __init__(
        self,
        *,
        shard: Shard,
        number: int,
        shards: int,
        books: Books,
        traders: Traders,
        opening: OrderOpening,
        new_quotes: NewQuotes | None,
        clock: Clock,
        loader: BookLoader,
        publisher: Publisher,
        recovery: Recovery,
        tenure: Tenure,
        queue: int,
        batch: int,
    ) -> None:
        """Create the writer of shard `number` of `shards`.

        Up to `queue` commands wait, and up to `batch` of them share a commit.
        """
        self._shard = shard
        self.number, self.shards = number, shards
        self._store = books
        self._traders = traders
        self._counts = TraderCounts(books, shard.rules, shards=shards)
        self._opening = opening
        self._new_quotes = new_quotes
        self._clock = clock
        self._loader = loader
        self._publisher = publisher
        self._recovery = recovery
        self._tenure = tenure
        self._most_waiting = queue
        self._most_at_once = batch
        # One place above the limit, so that `finish` always has room for its sentinel.
        self._queue: asyncio.Queue[_Ticket[Any] | None] = asyncio.Queue(queue + 1)
        self._writing: asyncio.Task[None] | None = None
        """The task that runs this, if it was started."""
        self._is_committing = False
        """Whether the current batch may have been committed."""
        self._date = datetime.min.replace(tzinfo=UTC)
        """The instant of the last batch. No later one is earlier, so dates follow numbers."""
        self._in_hand: Sequence[_Ticket[Any]] = ()
        """The commands of the current batch."""

    # ---- the port ------------------------------------------------------------------------

    async def check_ready(self) -> None:
        """Raise Unavailable unless the engine is running."""
        if not self.is_running:
            raise Unavailable(what=ENGINE)

    async def place(self, command: PlaceQuote) -> Placement:
        """Match a quote with the best counterpart, or let it rest; see the port."""
        self._check_own(command.book)
        return await self.submit(Place(command))

    async def reprice(
        self,
        quote: Quote,
        amount: Cents | None = None,
        expires_at: datetime | None = None,
        *,
        again: bool = False,
    ) -> Placement:
        """Move an active quote to another amount, another expiry, or both; see the port."""
        self._check_own(quote.book)
        return await self.submit(Reprice(quote, amount, expires_at, again=again))

    async def cancel(self, quote: Quote, *, again: bool = False) -> Quote:
        """Cancel a standing quote; see the port."""
        self._check_own(quote.book)
        return await self.submit(Cancel(quote, again=again))

    async def expire(self, quote: Quote) -> Quote:
        """Expire an overdue quote; see the port."""
        self._check_own(quote.book)
        return await self.submit(Expire(quote))

    async def withdraw(
        self,
        quote: Quote,
        reason: WithdrawalReason,
        note: str | None = None,
        *,
        again: bool = False,
    ) -> Quote:
        """Withdraw a quote without its owner's request; see the port."""
        self._check_own(quote.book)
        return await self.submit(Withdraw(quote, reason, note, again=again))

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
        """Withdraw all quotes of a user on these sides; see the port."""
        return await self.submit(WithdrawAll(user_id, sides, reason, note, entry_id))

    async def withdraw_part(self, part: WithdrawalPart) -> Withdrawn:
        """Withdraw all quotes of a user in this shard; see the port."""
        return await self.submit(WithdrawPart(part))

    async def unwind(self, match_id: OrderId, book: BookKey, *, ask_returns: bool) -> None:
        """Unwind a match whose order was cancelled; see the port."""
        self._check_own(book)
        await self.submit(Unwind(match_id, book, ask_returns))

    async def halt(self, halt: Halt) -> Halt:
        """Halt books; see the port. The engine of every shard has all halts."""
        return await self.submit(HaltBooks(halt))

    async def open(self, halt_id: HaltId) -> Halt:
        """End a halt; see the port."""
        return await self.submit(OpenBooks(halt_id))

    def _check_own(self, book: BookKey) -> None:
        """Raise ShardLost if the book belongs to another engine's shard."""
        shard = shard_of(book, self.shards) if self.shards > 1 else self.number
        if shard != self.number:
            raise ShardLost(shard=shard)

    # ---- batches -------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether the engine takes commands."""
        return self._writing is not None and not self._writing.done() and not self._tenure.is_over

    @property
    def waiting(self) -> int:
        """How many commands wait for their batch."""
        return self._queue.qsize()

    @property
    def most_waiting(self) -> int:
        """How many commands may wait."""
        return self._most_waiting

    async def submit(self, command: Command[T]) -> T:
        """Queue a command, wait for its turn, and return its answer.

        Raises QueueFull, Unavailable.
        """
        if not self.is_running:
            raise Unavailable(what=ENGINE)
        if self._queue.qsize() >= self._most_waiting:
            raise QueueFull(what=f"the queue of {ENGINE}", retry_after=1.0)
        with span("engine") as seen:
            seen.tell(command=type(command).__name__, shard=self.number)
            ticket = _Ticket(command)
            self._queue.put_nowait(ticket)
            return await ticket.answer

    async def finish(self) -> None:
        """Let `run` return once it has answered every queued command."""
        await self._queue.put(None)

    def give_up(self) -> None:
        """Answer Unavailable to all callers now, also to those whose batch is under way."""
        self._refuse([*self._in_hand, *self._drain()])

    async def run(self, ownership: Ownership) -> None:
        """Answer commands until `finish` is called or the shard is lost."""
        try:
            while tickets := await self._next_tickets():
                self._in_hand = tickets
                try:
                    await self._process(tickets, ownership)
                except ShardLost as lost:
                    _log.error("%s; taking no more commands", lost)
                    return
                self._recovery.try_later(lambda: self.submit(Nothing()))
        finally:
            self._recovery.stop()
            self.give_up()

    async def _next_tickets(self) -> list["_Ticket[Any]"]:
        """Wait for commands and return up to a batch of them; none means finished and drained."""
        first = await self._queue.get()
        return [] if first is None else [first, *self._drain(self._most_at_once - 1)]

    def _drain(self, most: int | None = None) -> list["_Ticket[Any]"]:
        tickets: list[_Ticket[Any]] = []
        while not self._queue.empty() and (most is None or len(tickets) < most):
            ticket = self._queue.get_nowait()
            if ticket is None:
                self._queue.put_nowait(None)
                break
            tickets.append(ticket)
        return tickets

    async def _process(self, tickets: "Sequence[_Ticket[Any]]", ownership: Ownership) -> None:
        """Run a batch. If a command raises a defect, only that one fails. Raises ShardLost."""
        self._is_committing = False
        try:
            with _batch_span(tickets, self.number):
                await self._run(tickets, ownership)
        except ShardLost:
            raise
        except Exception as error:  # noqa: BLE001  # a command may be defective
            # Every caller must get an answer, and memory must not stay ahead of the store. A
            # refusal here comes from a port, such as Unavailable. Anything else is a defect.
            defect = None if isinstance(error, Refusal) else error
            why = with_cause(error)
            _log.error("a batch failed; loading its books again: %s", why, exc_info=defect)
            self._recovery.doubt()
            # Commands that may have been committed must not run twice.
            if defect is None or self._is_committing or len(tickets) == 1:
                self._refuse(tickets)
                return
            for ticket in tickets:
                await self._process([ticket], ownership)

    async def _run(self, tickets: "Sequence[_Ticket[Any]]", ownership: Ownership) -> None:
        await self._recovery.settle(ownership)
        stored = await self._read([ticket.command for ticket in tickets])
        self._date = now = max(self._date, self._clock.now())
        in_turn = tickets
        if stored.matches:
            in_turn = sorted(tickets, key=lambda ticket: turn(ticket.command, stored))
        for ticket in in_turn:
            ticket.apply(self._shard, stored, now)
        self._check_tenure()
        self._is_committing = True
        if not self._shard.batch.is_empty:
            await self._commit(now, ownership)
            self._publisher.note_batch()
        elif self._shard.has_learned_halts:
            self._publisher.note_halts()
        self._shard.begin_batch()
        for ticket in tickets:
            self._check_tenure()
            ticket.settle()

    def _check_tenure(self) -> None:
        """Raise ShardLost if this process may no longer act or answer as the owner."""
        if self._tenure.is_over:
            raise ShardLost(shard=self.number)

    async def _read(self, commands: Sequence[Command[Any]]) -> Stored:
        wanted = Wanted()
        for command in commands:
            command.ask_for(wanted, self._shard)
        return await Stored.read(
            wanted, self._loader, self._store, self._traders, self._counts, self._clock.now()
        )

    async def _commit(self, now: datetime, ownership: Ownership) -> None:
        batch = self._shard.batch
        if batch.matches:
            batch.opened = await self._opening.open(batch.matches)
        if batch.added and self._new_quotes is not None:
            batch.events += await self._new_quotes.events(batch.added.values())
        batch.events += self._shard.lowest_ask_changes(now)
        self._counts.add(self._shard.entered, batch.matches)
        await self._store.commit(ownership, batch)

    def _refuse(self, tickets: "Sequence[_Ticket[Any]]") -> None:
        for ticket in tickets:
            ticket.refuse(Unavailable(what=ENGINE))


class _Ticket(Generic[T]):
    """A queued command, and the future that its caller awaits."""

    __slots__ = ("_outcome", "_refusal", "answer", "command", "trace")

    def __init__(self, command: Command[T]) -> None:
        self.command = command
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._outcome: T | None = None
        self._refusal: Refusal | None = None
        self.trace = current_trace()

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> None:
        """Apply the command in memory, and keep the outcome until it is durable."""
        batch = shard.batch
        matches, events = len(batch.matches), len(batch.events)
        try:
            self._outcome = self.command.apply(shard, stored, now)
        except Refusal as refusal:
            self._refusal = refusal
        if self.trace is not None:
            keys = [str(match.id) for match in batch.matches[matches:]]
            keys += [event.key for event in batch.events[events:]]
            batch.traces.update(dict.fromkeys(keys, self.trace.traceparent))

    def settle(self) -> None:
        """Give the caller the outcome."""
        if self._refusal is not None:
            self.refuse(self._refusal)
        elif not self.answer.done():
            self.answer.set_result(self._outcome)  # type: ignore[arg-type]  # T, or None where T is None

    def refuse(self, refusal: Refusal) -> None:
        """Give the caller a refusal, unless the call was cancelled."""
        if not self.answer.done():
            self.answer.set_exception(refusal)


@contextmanager
def _batch_span(tickets: Sequence[_Ticket[Any]], shard: int) -> Iterator[None]:
    """Tell of a batch in the first recorded trace that asked for it, linked to the others."""
    recorded = [ticket.trace for ticket in tickets if ticket.trace and ticket.trace.is_sampled]
    if not recorded:
        yield
        return
    with at(recorded[0]), span("engine batch") as seen:
        seen.tell(shard=shard, commands=len(tickets))
        for other in recorded[1:_MOST_LINKS]:
            seen.link(other)
        yield
