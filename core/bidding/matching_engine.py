"""The matching engine: the one writer of a shard's books."""

import asyncio
import logging
from dataclasses import dataclass
from typing import TypeVar

from ...ports.book_views import BookViews
from ...ports.books import Books
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.errors import Unavailable, with_cause
from ...ports.language.invariants import ensure
from ...ports.language.market import WithdrawalReason, is_size
from ...ports.language.rules import MarketRules
from ...ports.language.terms import Terms
from ...ports.orders import OrderOpening
from ...ports.tenure import Tenure
from ...ports.users import Traders
from .adopt_rules import AdoptRules
from .batch_writer import ENGINE, BatchWriter
from .book_loader import BookLoader
from .new_quotes import NewQuotes
from .publishing import Publisher
from .recovery import Recovery
from .shard import Shard
from .withdrawals import WithdrawUnfit

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """How many commands may wait for the engine, and how many share a commit."""

    queue: int = 10_000
    batch: int = 256

    def __post_init__(self) -> None:
        if self.queue < 1 or self.batch < 1:
            raise ValueError(f"an engine must take at least one command at a time: {self}")


class Unlimited(Tenure):
    """The tenure of a process that needs no lease, because no other can own the shard."""

    is_over = False


class MatchingEngine(BatchWriter):
    """Matches in memory, commits in batches, and answers after the commit.

    Commands wait in a bounded queue. The engine takes a batch of them, applies them in order to the
    books in memory, writes all changes in one transaction, and answers the callers (`BatchWriter`).
    So every answer is durable, and commands cannot race. Books are loaded when a batch needs them,
    and the others in the background (`BookLoader`). A separate task publishes committed changes
    (`Publisher`). After a failed batch, its books are loaded again (`Recovery`).
    """

    def __init__(
        self,
        *,
        books: Books,
        views: BookViews,
        traders: Traders,
        opening: OrderOpening,
        new_quotes: NewQuotes | None = None,
        clock: Clock,
        ids: Ids,
        rules: MarketRules,
        adopt_rules: AdoptRules,
        limits: EngineLimits | None = None,
        tenure: Tenure | None = None,
        shard: int = 0,
        shards: int = 1,
    ) -> None:
        held = Shard(ids=ids, rules=rules)
        tenure = tenure or Unlimited()
        publisher = Publisher(views, held, clock, number=shard, shards=shards, tenure=tenure)
        loader = BookLoader(books, held, publisher, clock, number=shard, shards=shards)
        limits = limits or EngineLimits()
        super().__init__(
            shard=held,
            number=shard,
            shards=shards,
            books=books,
            traders=traders,
            opening=opening,
            new_quotes=new_quotes,
            clock=clock,
            loader=loader,
            publisher=publisher,
            recovery=Recovery(books, held, loader, publisher, clock),
            tenure=tenure,
            queue=limits.queue,
            batch=limits.batch,
        )
        self._rules = rules
        self._adopt_rules = adopt_rules
        self._loading: asyncio.Task[None] | None = None
        self._sizes: asyncio.Task[None] | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._ran = False

    # ---- life ----------------------------------------------------------------------------

    async def start(self, *, adopts_rules: bool = True) -> None:
        """Take the shard over and start the tasks. Books are loaded in the background.

        Adopts changed rules, unless ApplyRules does that. Quotes in invalid sizes are withdrawn
        shortly afterwards. Raises QuotesOutsideRules, WrongCurrency, WrongShards,
        Unavailable; the start may then
        be retried.
        """
        ensure(not self._ran, "the engine runs once")
        if adopts_rules:
            await self._adopt_rules.check()  # before another engine loses the shard
        ownership = await self._store.take(
            self.number, self._clock.now(), terms=Terms(self._rules.currency, self.shards)
        )
        if adopts_rules:
            await self._adopt_rules()
        await self._loader.read_halts()
        self._ran = True
        self._shard.begin(ownership.sequence)
        if ownership.last_match_at is not None:
            self._date = ownership.last_match_at
        self._publisher.begin(ownership)
        name = f"matching-shard-{self.number}"
        self._publishing = asyncio.create_task(self._publisher.run(), name=f"{name}-publisher")
        self._writing = asyncio.create_task(self.run(ownership), name=name)
        self._loading = asyncio.create_task(self._loader.run(), name=f"{name}-loader")
        self._sizes = asyncio.create_task(self._withdraw_invalid_sizes(), name=f"{name}-sizes")
        self._writing.add_done_callback(self._stop_loading)

    async def loaded(self) -> None:
        """Wait until every book is in memory and quotes in invalid sizes are withdrawn.

        Raises Unavailable if the engine stops before.
        """
        assert self._loading is not None, "the engine was not started"
        assert self._sizes is not None, "the engine was not started"
        await asyncio.wait([self._sizes])
        waiting = asyncio.create_task(self._loader.wait())
        try:
            await asyncio.wait([waiting, self._loading], return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise Unavailable(what=ENGINE)
        finally:
            waiting.cancel()

    async def ended(self) -> None:
        """Wait until the engine takes no more commands, because it was stopped or lost its shard.

        It cannot be started again.
        """
        assert self._writing is not None, "the engine was not started"
        await asyncio.wait([self._writing])

    def abandon(self) -> None:
        """Answer Unavailable to all callers and stop, whatever is under way.

        This is for an engine that has lost its shard: nobody waits for a commit that hangs. The
        commit may still succeed, unless another engine has taken the shard.
        """
        self.give_up()
        for task in (self._writing, self._loading, self._sizes, self._publishing):
            if task is not None:
                task.cancel()
        self._writing = None

    async def stop(self) -> None:
        """Take no more commands, answer those that wait, and stop the tasks."""
        writing, self._writing = self._writing, None
        if writing is None:
            return
        try:
            await self.finish()
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
        """Withdraw quotes in invalid sizes, which an older version accepted."""
        try:
            books = await self._loader.list_books()
            invalid = {book for book in books if not is_size(book.size)}
            if not invalid:
                return
            count = await self.submit(
                WithdrawUnfit(
                    lambda quote: quote.book in invalid, WithdrawalReason.INVALID_SIZE, invalid
                )
            )
        except Unavailable as error:
            why = with_cause(error)
            _log.warning("quotes in invalid sizes stay until the next start: %s", why)
        else:
            if count:  # books in invalid sizes may have only expired quotes
                _log.warning("%d quotes in invalid sizes were withdrawn", count)

    # ---- for ApplyRules -------------------------------------------------------------------

    async def withdraw_outside_rules(self) -> int:
        """Withdraw every quote whose amount the rules do not allow; return their number."""
        allows = self._rules.allows
        return await self.submit(
            WithdrawUnfit(lambda quote: not allows(quote.amount), WithdrawalReason.OUTSIDE_RULES)
        )
