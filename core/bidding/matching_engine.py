"""The matching engine: the one writer of a shard's books."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from ...ports.book_views import BookViews
from ...ports.books import Books, Ownership
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.errors import QueueFull, Refusal, ShardLost, Unavailable
from ...ports.language.ids import OrderId
from ...ports.language.market import BookChange, BookKey, BookView, Quote
from ...ports.language.money import Cents
from ...ports.matching import Matching, Placement, PlaceQuote
from ...ports.orders import OrderOpening
from .commands import Cancel, Command, Expire, Place, Reprice, Stored, Unwind
from .shard import Shard

_log = logging.getLogger(__name__)
_NAME = "the matching engine"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """How many commands may wait for the engine, and how many it commits at once."""

    queue: int = 10_000
    batch: int = 256


class MatchingEngine(Matching):
    """Matches in memory, commits in groups, and only then answers.

    Commands wait in a bounded queue. The engine takes what waits, applies it in order to the
    books in memory, writes everything that changed in one transaction, answers the callers and
    publishes the books. So nothing is acknowledged that is not durable, and two commands never
    race: one of them comes first.

    If a commit fails, every caller in the batch gets Unavailable, and the books that the batch
    touched are loaded again from the store, which is the truth. When the store says that another
    process owns the shard, the engine takes no more commands.
    """

    def __init__(
        self,
        *,
        books: Books,
        views: BookViews,
        opening: OrderOpening,
        clock: Clock,
        ids: Ids,
        max_open_quotes: int,
        limits: EngineLimits | None = None,
        shard: int = 0,
        shards: int = 1,
    ) -> None:
        self._store = books
        self._views = views
        self._opening = opening
        self._clock = clock
        self._limits = limits or EngineLimits()
        self._number, self._shards = shard, shards
        self._shard = Shard(ids=ids, max_open_quotes=max_open_quotes)
        self._ownership: Ownership | None = None
        self._writer: asyncio.Task[None] | None = None
        # One place more than the limit, so that the call to stop always finds room.
        self._queue: asyncio.Queue[_Ticket[Any] | None] = asyncio.Queue(self._limits.queue + 1)
        self._unloaded: set[BookKey] = set()
        self._unpublished: set[BookKey] = set()

    # ---- life ----------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether commands are taken."""
        return self._writer is not None and not self._writer.done()

    async def start(self) -> None:
        """Take the shard over, rebuild its books from the active quotes, publish them, and run."""
        assert self._writer is None, "the engine runs once"
        self._ownership = await self._store.take(self._number, self._clock.now())
        self._shard.sequence = self._ownership.sequence
        self._shard.load([quote async for quote in self._store.resting(self._number, self._shards)])
        self._unpublished.update(self._shard.books)
        await self._publish()
        self._writer = asyncio.create_task(self._write(), name=f"matching-shard-{self._number}")

    async def stop(self) -> None:
        """Finish what waits and take nothing more."""
        writer, self._writer = self._writer, None
        if writer is not None:
            await self._queue.put(None)
            await writer

    # ---- the port ------------------------------------------------------------------------

    async def place(self, command: PlaceQuote) -> Placement:
        """Match the quote with the best counterpart, or let it rest; see the port."""
        return await self._submit(Place(command))

    async def reprice(
        self, quote: Quote, amount: Cents, expires_at: datetime | None = None
    ) -> Placement:
        """Move an active quote to another amount; see the port."""
        return await self._submit(Reprice(quote, amount, expires_at))

    async def cancel(self, quote: Quote) -> Quote:
        """Take an active quote out of its book; see the port."""
        return await self._submit(Cancel(quote))

    async def expire(self, quote: Quote) -> Quote:
        """Take a quote out of its book whose time is over; see the port."""
        return await self._submit(Expire(quote))

    async def unwind(self, match_id: OrderId, *, ask_returns: bool) -> None:
        """Undo a match whose order was cancelled; see the port."""
        await self._submit(Unwind(match_id, ask_returns))

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
        while tickets := await self._next_tickets():
            try:
                await self._run(tickets)
            except ShardLost as lost:
                _log.error("%s; taking no more commands", lost)
                self._refuse([*tickets, *self._drain()])
                return
            except Exception as error:  # noqa: BLE001  # see below
                # Whatever went wrong, nobody may be left waiting, and memory may not stay ahead
                # of the store. A refusal here is the store's own; anything else is a defect.
                if not isinstance(error, Refusal):
                    _log.exception("a batch failed; its books are loaded again")
                self._unloaded |= self._shard.touched_books
                self._shard.begin_batch()
                self._refuse(tickets)

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
        for ticket in tickets:
            ticket.apply(self._shard, stored, now)
        if not self._shard.batch.is_empty:
            await self._commit()
        for ticket in tickets:
            ticket.settle()
        await self._publish()
        self._shard.begin_batch()

    async def _read(self, commands: Sequence[Command[Any]]) -> Stored:
        keys = {c.key for c in commands if c.key is not None}
        match_ids = {c.match_id for c in commands if c.match_id is not None}
        quote_ids = {q for c in commands if (q := c.missing(self._shard)) is not None}
        found = [await self._store.match(match_id) for match_id in match_ids]
        matches = {match.id: match for match in found if match is not None}
        for match in matches.values():
            quote_ids |= {match.bid_id, match.ask_id}
        return Stored(
            quotes=await self._store.get(quote_ids) if quote_ids else {},
            matches=matches,
            answers=await self._store.answered(keys) if keys else {},
        )

    async def _commit(self) -> None:
        assert self._ownership is not None
        batch = self._shard.batch
        if batch.matches:
            batch.opened = await self._opening.open(batch.matches)
        await self._store.commit(self._ownership, batch)

    async def _reload(self) -> None:
        """Make memory equal to the store again where a batch failed."""
        if not self._unloaded:
            return
        quotes = await self._store.resting_in(self._unloaded)
        self._shard.forget(self._unloaded)
        self._shard.load(quotes)
        self._unpublished |= self._unloaded
        self._unloaded = set()

    async def _publish(self) -> None:
        """Tell the public what was committed. A view that fails is published whole next time."""
        publications = self._shard.publications()
        for publication in publications:
            if publication.book not in self._unpublished:
                await self._tell(publication)
        for key in tuple(self._unpublished):
            self._unpublished.discard(key)
            await self._tell(self._shard.view(key))

    async def _tell(self, publication: BookView | BookChange) -> None:
        try:
            if isinstance(publication, BookView):
                await self._views.publish(publication)
            else:
                await self._views.apply(publication)
        except Unavailable as error:
            _log.warning("the book %s is not published yet: %s", publication.book, error)
            self._unpublished.add(publication.book)

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
